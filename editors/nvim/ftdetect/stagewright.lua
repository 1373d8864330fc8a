-- Which files are Dockerfiles: `Dockerfile`, `Dockerfile.*`, `*.dockerfile`, the same with
-- `Containerfile`, and the first letter in either case.

-- `Dockerfile.go` is a program about Dockerfiles.
local programs = { cs = true, go = true, js = true, md = true, py = true, ts = true }

-- Without an answer, Neovim goes on by the extension.
local function dotted(path)
  local extension = path:match('%.([^.]+)$')
  if not programs[extension] and extension ~= 'dockerignore' then
    return 'dockerfile'
  end
end

vim.filetype.add({
  filename = {
    Containerfile = 'dockerfile',
    containerfile = 'dockerfile',
  },
  extension = {
    Containerfile = 'dockerfile',
    containerfile = 'dockerfile',
    -- `Dockerfile.dockerignore` is the ignore file of that Dockerfile alone.
    dockerignore = 'gitignore',
  },
  pattern = {
    ['[Dd]ockerfile%..+'] = dotted,
    ['[Cc]ontainerfile%..+'] = dotted,
  },
})
