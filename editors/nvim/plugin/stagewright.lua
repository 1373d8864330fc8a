-- The command `:Stagewright`.

local subcommands = {
  log = function()
    vim.cmd('tabedit ' .. vim.fn.fnameescape(vim.lsp.get_log_path()))
    vim.cmd('normal! G')
  end,
  restart = function()
    require('stagewright').restart()
  end,
  split = function(runtime)
    require('stagewright.split').split(runtime)
  end,
}

local function complete(typed, line)
  local names = line:match('^%S+%s+split%s') and { 'conservative', 'smallest' }
    or vim.tbl_keys(subcommands)
  table.sort(names)
  return vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, names)
end

vim.api.nvim_create_user_command('Stagewright', function(call)
  local subcommand = subcommands[call.fargs[1]]
  if subcommand then
    subcommand(call.fargs[2])
  else
    vim.notify('There is no :Stagewright ' .. call.fargs[1], vim.log.levels.ERROR)
  end
end, { nargs = '+', complete = complete, desc = 'Stagewright: log, restart, split' })
