-- Stagewright for Neovim: the server's entry, and one call that starts it on any Neovim from 0.8 on.

local M = {}

-- The entry, as `lsp/stagewright.lua` gives it to Neovim 0.11 and later.
M.config = {
  cmd = { 'stagewright', 'lsp' },
  filetypes = { 'dockerfile' },
  root_markers = { 'stagewright.toml', 'docker-bake.hcl', 'compose.yaml', '.git' },
}

-- Before 0.11: what `vim.lsp.enable` would do.
local function start(config, buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  local found = vim.fs.find(config.root_markers, { upward = true, path = vim.fs.dirname(file) })
  local given = { name = 'stagewright', root_dir = found[1] and vim.fs.dirname(found[1]) }
  -- 0.8 attaches the current buffer and knows no other.
  vim.api.nvim_buf_call(buffer, function()
    vim.lsp.start(vim.tbl_extend('keep', given, config))
  end)
end

local function start_on_filetype(config)
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('stagewright', { clear = true }),
    pattern = config.filetypes,
    callback = function(event)
      start(config, event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local loaded = vim.api.nvim_buf_is_loaded(buffer)
    if loaded and vim.tbl_contains(config.filetypes, vim.bo[buffer].filetype) then
      start(config, buffer)
    end
  end
end

-- Starts the server for every Dockerfile from now on, and for those that are open. `options` are
-- laid over the entry: `cmd`, `settings`, `on_attach` and whatever else |vim.lsp.ClientConfig| has.
function M.setup(options)
  options = options or {}
  if vim.lsp.enable then
    vim.lsp.config('stagewright', options)
    vim.lsp.enable('stagewright')
  elseif vim.lsp.start then
    start_on_filetype(vim.tbl_deep_extend('force', M.config, options))
  else
    vim.notify('stagewright needs Neovim 0.8 or later', vim.log.levels.ERROR)
  end
end

return M
