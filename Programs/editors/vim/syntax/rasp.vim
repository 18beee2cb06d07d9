" Vim syntax of the RASP language
if exists('b:current_syntax')
  finish
endif

syntax match raspIdentifier /\<[A-Za-z_][A-Za-z0-9_]*\>/
syntax match raspCall /\<[A-Za-z_][A-Za-z0-9_]*\>\ze\s*(/
syntax keyword raspStatement return load draw set show example examples selector on off exit quit
syntax keyword raspConditional if else
syntax keyword raspRepeat for
syntax match raspRepeat /\<loop\>\ze\s\+\w/
syntax match raspRepeat /\<until\>\ze\s\+\w\+\s*{/
syntax keyword raspWordOperator and or not in
syntax keyword raspDefine def nextgroup=raspFunctionName skipwhite
syntax match raspFunctionName /[A-Za-z_][A-Za-z0-9_]*/ contained
syntax keyword raspPrimitive select aggregate range zip len round indicator
syntax keyword raspLibrary selector_width has_focus count max min average load_from_location shift sort
syntax keyword raspLibrary mark_last_instance mark_first_instance select_from_last select_from_first select_next_identical
syntax keyword raspLibrary occurrence firsts lasts index_select induct max_of min_of pick defined
syntax keyword raspLibrary cumsum prefix_sum num_prev has_seen where mask first_true maximum minimum argmax argmin ascending descending
syntax keyword raspLibrary mode induct_kqv induct_prev attend_leftmost attend_rightmost
syntax match raspOccurrence /,\s*\zs\(first\|last\|closest\)\ze\s*)/
" An option of `syntax keyword` is named so, too.
syntax match raspLibrary /\<contains\>/
syntax keyword raspVariable tokens tokens_asis tokens_str tokens_int tokens_float tokens_bool indices length full_s up_to_here out
syntax keyword raspBoolean True False None
syntax match raspNumber /\<[0-9]\+\(\.[0-9]\+\)\?\([eE][-+]\?[0-9]\+\)\?\>/
syntax match raspOperator /==\|!=\|<=\|>=\|[-+*\/%^<>=]/
syntax match raspCommand /\<s-op\>/
syntax region raspString start=/"/ end=/"/ oneline
syntax match raspComment /#.*$/ contains=raspTodo
syntax match raspPragma /#pragma\s\+\(vocab\|max_length\|causal\|output\|encoding\)\>.*$/
syntax keyword raspTodo TODO FIXME contained

highlight default link raspCall Function
highlight default link raspStatement Statement
highlight default link raspConditional Conditional
highlight default link raspRepeat Repeat
highlight default link raspWordOperator Operator
highlight default link raspDefine Define
highlight default link raspFunctionName Function
highlight default link raspPrimitive Special
highlight default link raspLibrary Function
highlight default link raspVariable Constant
highlight default link raspBoolean Boolean
highlight default link raspOccurrence Constant
highlight default link raspNumber Number
highlight default link raspOperator Operator
highlight default link raspCommand Statement
highlight default link raspString String
highlight default link raspComment Comment
highlight default link raspPragma PreProc
highlight default link raspTodo Todo

let b:current_syntax = 'rasp'
