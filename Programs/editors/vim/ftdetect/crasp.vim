autocmd BufNewFile,BufRead *.crasp setfiletype crasp
