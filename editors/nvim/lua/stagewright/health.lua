-- `:checkhealth stagewright`: whether the server can start, and what it is doing.

local M = {}

-- The names of the reports changed in 0.10.
local health = vim.health
local heading = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error

-- Other servers for Dockerfiles, by the names they have in nvim-lspconfig.
local rivals = { dockerls = true, docker_language_server = true, tally = true }

local function clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)()
end

-- The entry with what the user laid over it.
local function config()
  local configured = vim.lsp.enable and vim.lsp.config.stagewright
  return configured or require('stagewright').config
end

local function check_editor()
  local version = vim.version()
  local text = ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch)
  if not vim.lsp.start then
    fail(text .. ' is too old', { 'Use Neovim 0.8 or later' })
  elseif vim.lsp.enable then
    ok(text)
  else
    ok(text .. ": start the server with require('stagewright').setup()")
  end
end

local function check_binary()
  local command = config().cmd
  if type(command) ~= 'table' then
    return info('`cmd` is a function: its program is not looked at')
  end
  local program = vim.fn.exepath(command[1])
  if program == '' then
    return fail(('%s: no such program'):format(command[1]), {
      'Put the folder that has `stagewright` into $PATH',
      "Or give the place: require('stagewright').setup({ cmd = { '/path/to/stagewright', 'lsp' } })",
    })
  end
  local answer = vim.trim(vim.fn.system({ program, '--version' }))
  if vim.v.shell_error == 0 then
    ok(('%s at %s'):format(answer, program))
  else
    fail(('%s --version: %s'):format(program, answer), { 'Install it anew' })
  end
end

local function check_filetypes()
  for _, name in ipairs({ 'Dockerfile.dev', 'my.dockerfile', 'Containerfile' }) do
    local found = vim.filetype.match({ filename = name })
    if found ~= 'dockerfile' then
      local advice = { '`:filetype on`, and look for a rival in vim.filetype.add()' }
      return warn(('%s counts as %s'):format(name, found or 'nothing'), advice)
    end
  end
  ok('Dockerfiles are recognised by their names')
end

local function check_clients()
  local served = {}
  for _, client in ipairs(clients()) do
    if client.name == 'stagewright' then
      local buffers = vim.lsp.get_buffers_by_client_id(client.id)
      for _, buffer in ipairs(buffers) do
        served[buffer] = true
      end
      local text = 'client %d serves %d file(s), positions in %s'
      ok(text:format(client.id, #buffers, client.offset_encoding))
    end
  end
  if not next(served) then
    info('The server is not running: open a Dockerfile')
  end
  for _, client in ipairs(clients()) do
    for _, buffer in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      if rivals[client.name] and served[buffer] then
        warn(client.name .. ' serves the same files: findings may come twice')
        break
      end
    end
  end
end

function M.check()
  heading('stagewright')
  check_editor()
  check_binary()
  check_filetypes()
  check_clients()
end

return M
