// Vector kernels, one a file.
