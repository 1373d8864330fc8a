-- `:Stagewright split`: what a split would change, to be looked at before it is made; or why there is
-- none, which Neovim's menu of actions has no place for. The program is asked rather than the server,
-- because it answers both.

local M = {}

local TITLE = 'A split by Stagewright: <CR> makes it, q leaves the file as it is'

-- Calls `done` with the exit code, the lines of standard output and what standard error says.
local function run(command, input, done)
  local output, errors = {}, {}
  local job = vim.fn.jobstart(command, {
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = function(_, lines)
      output = lines
    end,
    on_stderr = function(_, lines)
      errors = lines
    end,
    on_exit = function(_, code)
      done(code, output, vim.trim(table.concat(errors, '\n')))
    end,
  })
  vim.fn.chansend(job, input)
  vim.fn.chanclose(job, 'stdin')
end

-- Of lines, each with its end.
local function text(lines)
  return table.concat(lines, '\n') .. '\n'
end

-- Why the buffer cannot be given other lines, if it was to be as it was at that tick.
local function obstacle(buffer, tick)
  local is_there = vim.api.nvim_buf_is_loaded(buffer)
  if not is_there or vim.api.nvim_buf_get_changedtick(buffer) ~= tick then
    return 'The file has changed since: nothing is done'
  end
  if not vim.bo[buffer].modifiable then
    return "The buffer may not be changed ('nomodifiable'): nothing is done"
  end
end

-- A window below with the patch from the buffer's lines to the new ones.
local function preview(buffer, old, new)
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local patch = vim.diff(text(old), text(new), { ctxlen = 3 })
  vim.cmd('botright new')
  local window, shown = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(shown, 0, -1, true, vim.split(vim.trim(patch), '\n'))
  local options = {
    buftype = 'nofile',
    bufhidden = 'wipe',
    swapfile = false,
    filetype = 'diff',
    modifiable = false,
  }
  for name, value in pairs(options) do
    vim.bo[shown][name] = value
  end
  vim.wo[window].winbar = TITLE

  -- `:close` would fail in the last window.
  local function close()
    vim.api.nvim_buf_delete(shown, { force = true })
  end
  vim.keymap.set('n', 'q', close, { buffer = shown })
  vim.keymap.set('n', '<CR>', function()
    close()
    local why = obstacle(buffer, tick)
    if why then
      return vim.notify(why, vim.log.levels.WARN)
    end
    vim.api.nvim_buf_set_lines(buffer, 0, -1, true, new)
  end, { buffer = shown })
end

-- Shows the split of the current buffer onto the image that `runtime` names: `conservative`,
-- `smallest` or an image, by default what the server would prefer.
function M.split(runtime)
  local cmd = require('stagewright').configured().cmd
  local program = type(cmd) == 'table' and cmd[1] or 'stagewright'
  if vim.fn.executable(program) == 0 then
    return vim.notify(program .. ': no such program', vim.log.levels.ERROR)
  end
  local buffer = vim.api.nvim_get_current_buf()
  -- Said before there is anything to look at, rather than behind it.
  local why = obstacle(buffer, vim.api.nvim_buf_get_changedtick(buffer))
  if why then
    return vim.notify(why, vim.log.levels.WARN)
  end
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p:h')
  local command = { program, 'split', '--context', folder, '--stdout', '-' }
  if runtime then
    vim.list_extend(command, { '--runtime', runtime })
  end
  local old = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
  run(command, text(old), function(code, new, problem)
    if code ~= 0 then
      -- The place, if there is one, is in the file that is looked at.
      return vim.notify((problem:gsub('^<stdin>:%s*', '')), vim.log.levels.WARN)
    end
    -- Behind the last line end.
    table.remove(new)
    preview(buffer, old, new)
  end)
end

return M
