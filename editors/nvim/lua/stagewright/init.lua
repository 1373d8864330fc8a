-- Stagewright for Neovim: the server's entry, and one call that starts it on any Neovim from 0.8 on.

local M = {}

-- The entry, as `lsp/stagewright.lua` gives it to Neovim 0.11 and later.
M.config = {
  cmd = { 'stagewright', 'lsp' },
  filetypes = { 'dockerfile' },
  root_markers = { 'docker-bake.hcl', 'compose.yaml', '.git' },
}

-- How long a server may take to leave, in milliseconds.
local PATIENCE = 3000

-- Before 0.11 Neovim does not keep what is laid over an entry.
local kept = M.config

-- The entry with what the user laid over it.
function M.configured()
  return vim.lsp.enable and vim.lsp.config.stagewright or kept
end

-- The running servers; there is one for each root.
function M.clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)({ name = 'stagewright' })
end

-- Whether there is a program to start. Neovim 0.11 says nothing where there is none.
local function is_there(config)
  local cmd = config.cmd
  if type(cmd) ~= 'table' or vim.fn.executable(cmd[1]) == 1 then
    return true
  end
  local text = '%s: no such program. See :checkhealth stagewright'
  vim.notify_once(text:format(cmd[1]), vim.log.levels.WARN)
  return false
end

-- Left alone, 0.10 starts a server for each file that is in no project.
local function is_same(client, config)
  return client.name == config.name and client.config.root_dir == config.root_dir
end

-- Before 0.11: what `vim.lsp.enable` would do.
local function start(config, buffer)
  local is_file = vim.bo[buffer].buftype == ''
  if not (is_file and is_there(config)) then
    return
  end
  local file = vim.api.nvim_buf_get_name(buffer)
  local found = vim.fs.find(config.root_markers, { upward = true, path = vim.fs.dirname(file) })
  local given = { name = 'stagewright', root_dir = found[1] and vim.fs.dirname(found[1]) }
  -- 0.8 attaches the current buffer and knows no other.
  vim.api.nvim_buf_call(buffer, function()
    vim.lsp.start(vim.tbl_extend('keep', given, config), { reuse_client = is_same })
  end)
end

-- Left alone, 0.10 speaks UTF-16 only, and then takes most of what stands behind a wide character for
-- the end of the line.
local function capabilities()
  local all = vim.lsp.protocol.make_client_capabilities()
  if vim.fn.has('nvim-0.10') == 1 then
    all.general.positionEncodings = { 'utf-8', 'utf-16' }
  end
  return all
end

local function for_each_open(config, act)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local loaded = vim.api.nvim_buf_is_loaded(buffer)
    if loaded and vim.tbl_contains(config.filetypes, vim.bo[buffer].filetype) then
      act(config, buffer)
    end
  end
end

local function for_each(config, act)
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('stagewright', { clear = true }),
    pattern = config.filetypes,
    callback = function(event)
      act(config, event.buf)
    end,
  })
  for_each_open(config, act)
end

-- Starts the server for every Dockerfile from now on, and for those that are open. `options` are
-- laid over the entry: `cmd`, `settings`, `on_attach` and whatever else |vim.lsp.ClientConfig| has.
---@param options? vim.lsp.Config
function M.setup(options)
  options = options or {}
  if vim.lsp.enable then
    vim.lsp.config('stagewright', options)
    vim.lsp.enable('stagewright')
    for_each(M.configured(), is_there)
  elseif vim.lsp.start then
    kept = vim.tbl_deep_extend('force', M.config, { capabilities = capabilities() }, options)
    for_each(kept, start)
  else
    vim.notify('stagewright needs Neovim 0.8 or later', vim.log.levels.ERROR)
  end
end

-- Waits until the server has left, so that the next one is not taken for it.
local function stop(client)
  local function gone()
    return vim.lsp.get_client_by_id(client.id) == nil
  end
  vim.lsp.stop_client(client.id)
  if not vim.wait(PATIENCE, gone, 10) then
    vim.lsp.stop_client(client.id, true)
    vim.wait(PATIENCE, gone, 10)
  end
end

-- Starts the server anew, or again after its end: as a new version of the program needs it.
function M.restart()
  vim.tbl_map(stop, M.clients())
  if vim.lsp.enable then
    vim.lsp.enable('stagewright')
  else
    for_each_open(kept, start)
  end
end

return M
