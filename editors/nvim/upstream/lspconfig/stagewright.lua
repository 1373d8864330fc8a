---@brief
---
--- https://github.com/stagewright/stagewright
---
--- A language server for Dockerfiles that understands stages. It can be installed via `cargo`:
--- ```sh
--- cargo install stagewright
--- ```
---
--- Nothing is run and nobody is asked by default. To have the local engine and registries asked what
--- images weigh:
--- ```lua
--- vim.lsp.config('stagewright', {
---   settings = {
---     stagewright = {
---       size = { engine = 'auto', registry = 'on' },
---     },
---   },
--- })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'stagewright', 'lsp' },
  filetypes = { 'dockerfile' },
  root_markers = { 'docker-bake.hcl', 'compose.yaml', '.git' },
}
