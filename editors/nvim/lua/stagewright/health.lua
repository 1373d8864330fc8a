-- `:checkhealth stagewright`: whether the server can start, and what it is doing.

local M = {}

-- All of this changed its names: in 0.8 and in 0.10.
local health = vim.health or require('health')
local heading = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error

-- Other servers for Dockerfiles, by the names they have in nvim-lspconfig.
local rivals = { dockerls = true, docker_language_server = true, tally = true }

-- How long the program may take to say its version, in milliseconds.
local PATIENCE = 5000

-- The names of docs/settings.md. One that ends in a dot stands for all below it.
M.settings = {
  'diagnostics.enable',
  'diagnostics.severity.',
  'codeLens.enable',
  'inlayHints.enable',
  'size.engine',
  'size.registry',
  'size.credentialHelpers',
  'size.unit',
  'size.platform',
}

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
  return vim.lsp.start ~= nil
end

-- What the program says, or what keeps it from that. One that does not end is not waited for.
local function version_of(program)
  local answer = ''
  local options = { stdout_buffered = true, stderr_buffered = true }
  local function hear(_, lines)
    answer = vim.trim(answer .. table.concat(lines, '\n'))
  end
  options.on_stdout, options.on_stderr = hear, hear
  local started, job = pcall(vim.fn.jobstart, { program, '--version' }, options)
  if not started then
    return job
  end
  local code = vim.fn.jobwait({ job }, PATIENCE)[1]
  if code == -1 then
    vim.fn.jobstop(job)
    return ('no answer within %d seconds'):format(PATIENCE / 1000)
  end
  return code == 0 and answer or ('exit code %d\n%s'):format(code, answer)
end

local function check_binary()
  local command = require('stagewright').configured().cmd
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
  local answer = version_of(program)
  if vim.startswith(answer, 'stagewright ') then
    ok(('%s at %s'):format(answer, program))
  else
    fail(('%s does not say its version: %s'):format(program, answer), {
      'Is it made for this system? Install it anew',
    })
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

-- Settings may be nested, dotted or both: all of them by their dotted names.
local function flatten(settings, prefix, into)
  for key, value in pairs(settings) do
    local name = prefix .. key
    if type(value) == 'table' and not (vim.islist or vim.tbl_islist)(value) then
      flatten(value, name .. '.', into)
    else
      into[name:gsub('^stagewright%.', '')] = value
    end
  end
  return into
end

local function is_known(name)
  for _, known in ipairs(M.settings) do
    if name == known or (known:sub(-1) == '.' and vim.startswith(name, known)) then
      return true
    end
  end
  -- Those of another server, of which ours takes some.
  return vim.startswith(name, 'docker.')
end

local function check_settings()
  local settings = flatten(require('stagewright').configured().settings or {}, '', {})
  if not next(settings) then
    return info('No settings are made: all is as docs/settings.md says')
  end
  local names = vim.tbl_keys(settings)
  table.sort(names)
  for _, name in ipairs(names) do
    if is_known(name) then
      info(('%s = %s'):format(name, vim.inspect(settings[name])))
    else
      warn(
        ('There is no setting %s'):format(name),
        { 'The names are in :help stagewright-settings' }
      )
    end
  end
end

local function check_clients()
  local served = {}
  for _, client in ipairs(require('stagewright').clients()) do
    local buffers = vim.lsp.get_buffers_by_client_id(client.id)
    for _, buffer in ipairs(buffers) do
      served[buffer] = true
    end
    local text = 'client %d serves %d file(s), positions in %s'
    ok(text:format(client.id, #buffers, client.offset_encoding))
  end
  if not next(served) then
    info('The server is not running: open a Dockerfile')
  end
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    for _, buffer in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      if rivals[client.name] and served[buffer] then
        local advice = { ("Keep one: vim.lsp.enable('%s', false)"):format(client.name) }
        warn(client.name .. ' serves the same files: findings may come twice', advice)
        break
      end
    end
  end
end

function M.check()
  heading('stagewright')
  if check_editor() then
    check_binary()
    check_filetypes()
    check_settings()
    check_clients()
  end
end

return M
