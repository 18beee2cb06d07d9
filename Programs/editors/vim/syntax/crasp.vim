" Vim syntax of the C-RASP language
if exists('b:current_syntax')
  finish
endif

syntax match craspName /\<[A-Za-z_][A-Za-z0-9_]*\>/
syntax match craspDefinition /^\s*\zs[A-Za-z_][A-Za-z0-9_]*\ze\%(([ij])\)\?\s*:\?=/
syntax match craspToken /\<Q_[A-Za-z0-9_]*/
syntax match craspNext /\<NEXT_[A-Za-z0-9_]*/
syntax keyword craspConditional if else
syntax keyword craspWordOperator and or not mod
syntax keyword craspFunction min max
syntax keyword craspPosition i j pos_even pos_odd
syntax match craspPosition /\<pred[0-9]*\>/
syntax keyword craspBoolean true false True False
syntax match craspNumber /\<[0-9]\+\>/
syntax match craspOperator /:=\|==\|!=\|<=\|>=\|&&\|||\|[-+*%<>=!~&|?:≤≥≠∧∨¬]/
syntax match craspCount /#/
syntax region craspString start=/"/ end=/"/ oneline
syntax match craspComment /\/\/.*$/ contains=craspTodo
syntax match craspPragma /^\s*#\%(pragma\|import\)\>.*$/
syntax keyword craspTodo TODO FIXME contained

highlight default link craspDefinition Define
highlight default link craspToken Constant
highlight default link craspNext Function
highlight default link craspConditional Conditional
highlight default link craspWordOperator Operator
highlight default link craspFunction Function
highlight default link craspPosition Special
highlight default link craspBoolean Boolean
highlight default link craspNumber Number
highlight default link craspOperator Operator
highlight default link craspCount Statement
highlight default link craspString String
highlight default link craspComment Comment
highlight default link craspPragma PreProc
highlight default link craspTodo Todo

let b:current_syntax = 'crasp'
