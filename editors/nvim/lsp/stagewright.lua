-- Read by `vim.lsp.enable('stagewright')`, Neovim 0.11 and later.
return require('stagewright').config
