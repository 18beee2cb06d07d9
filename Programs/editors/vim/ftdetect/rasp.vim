autocmd BufNewFile,BufRead *.rasp setfiletype rasp
