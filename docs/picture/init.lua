-- The user of docs/picture.svg: completion that opens by itself, findings below their lines.

vim.o.number = true
vim.o.termguicolors = true
vim.o.completeopt = 'menuone,noinsert'
vim.o.winborder = 'rounded'
vim.opt.fillchars = { eob = ' ' }

vim.diagnostic.config({
  signs = false,
  update_in_insert = true,
  -- Without their codes, which would not fit.
  virtual_lines = {
    format = function(finding)
      return finding.message
    end,
  },
})

vim.lsp.config('stagewright', { cmd = { 'stagewright', 'lsp' }, filetypes = { 'dockerfile' } })
vim.lsp.enable('stagewright')
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    vim.lsp.completion.enable(true, event.data.client_id, event.buf, { autotrigger = true })
  end,
})
