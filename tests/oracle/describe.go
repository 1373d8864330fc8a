package main

import (
	"fmt"
	"slices"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// describe is what a typed instruction holds after instructions.Parse. The
// fields are BuildKit's: an absent string flag is "", as BuildKit keeps it.
func describe(typed any, escape rune) map[string]any {
	switch c := typed.(type) {
	case *instructions.Stage:
		return map[string]any{"kind": "from", "base": c.BaseName, "name": c.Name, "platform": c.Platform, "doc": c.DocComment}
	case *instructions.AddCommand:
		m := sources("add", c.SourcesAndDest)
		m["chown"], m["chmod"], m["link"], m["exclude"] = c.Chown, c.Chmod, c.Link, orEmpty(c.ExcludePatterns)
		m["keep_git_dir"], m["checksum"], m["unpack"] = c.KeepGitDir, c.Checksum, c.Unpack
		return m
	case *instructions.CopyCommand:
		m := sources("copy", c.SourcesAndDest)
		m["chown"], m["chmod"], m["link"], m["exclude"] = c.Chown, c.Chmod, c.Link, orEmpty(c.ExcludePatterns)
		m["from"], m["parents"] = c.From, c.Parents
		return m
	case *instructions.RunCommand:
		m := command("run", c.ShellDependantCmdLine)
		m["network"], m["security"] = instructions.GetNetwork(c), instructions.GetSecurity(c)
		m["flags_used"] = orEmpty(slices.Sorted(slices.Values(c.FlagsUsed)))
		m["devices"] = devices(c)
		m["mounts"], m["mounts_error"] = mounts(c, escape)
		return m
	case *instructions.CmdCommand:
		return command("cmd", c.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		return command("entrypoint", c.ShellDependantCmdLine)
	case *instructions.EnvCommand:
		return map[string]any{"kind": "env", "pairs": pairs(c.Env)}
	case *instructions.LabelCommand:
		return map[string]any{"kind": "label", "pairs": pairs(c.Labels)}
	case *instructions.ArgCommand:
		return map[string]any{"kind": "arg", "args": args(c.Args)}
	case *instructions.HealthCheckCommand:
		h := c.Health
		return map[string]any{
			"kind": "healthcheck", "test": h.Test, "interval": h.Interval, "timeout": h.Timeout,
			"start_period": h.StartPeriod, "start_interval": h.StartInterval, "retries": h.Retries,
		}
	case *instructions.ExposeCommand:
		return map[string]any{"kind": "expose", "ports": orEmpty(c.Ports)}
	case *instructions.UserCommand:
		return map[string]any{"kind": "user", "user": c.User}
	case *instructions.WorkdirCommand:
		return map[string]any{"kind": "workdir", "path": c.Path}
	case *instructions.VolumeCommand:
		return map[string]any{"kind": "volume", "volumes": orEmpty(c.Volumes)}
	case *instructions.StopSignalCommand:
		return map[string]any{"kind": "stopsignal", "signal": c.Signal}
	case *instructions.ShellCommand:
		return map[string]any{"kind": "shell", "shell": orEmpty(c.Shell)}
	case *instructions.OnbuildCommand:
		return map[string]any{"kind": "onbuild", "expression": c.Expression}
	case *instructions.MaintainerCommand:
		return map[string]any{"kind": "maintainer", "maintainer": c.Maintainer}
	}
	panic(fmt.Sprintf("unknown instruction type %T", typed))
}

func sources(kind string, s instructions.SourcesAndDest) map[string]any {
	contents := []map[string]any{}
	for _, c := range s.SourceContents {
		contents = append(contents, map[string]any{"path": c.Path, "data": c.Data, "expand": c.Expand})
	}
	return map[string]any{"kind": kind, "sources": orEmpty(s.SourcePaths), "source_contents": contents, "dest": s.DestPath}
}

func command(kind string, c instructions.ShellDependantCmdLine) map[string]any {
	files := []map[string]any{}
	for _, f := range c.Files {
		files = append(files, map[string]any{"name": f.Name, "data": f.Data, "chomp": f.Chomp})
	}
	return map[string]any{"kind": kind, "cmd": orEmpty(c.CmdLine), "shell": c.PrependShell, "files": files}
}

func pairs(kvs instructions.KeyValuePairs) []map[string]any {
	out := []map[string]any{}
	for _, p := range kvs {
		out = append(out, map[string]any{"key": p.Key, "value": p.Value, "no_delim": p.NoDelim})
	}
	return out
}

func devices(c *instructions.RunCommand) []map[string]any {
	out := []map[string]any{}
	for _, d := range instructions.GetDevices(c) {
		out = append(out, map[string]any{"name": d.Name, "required": d.Required})
	}
	return out
}

// mounts reads the mounts as the build will: instructions.Parse looks only at
// their "from", all else waits for expansion, which here uses the fixed
// environment. Either the list or the error is nil.
func mounts(c *instructions.RunCommand, escape rune) (any, any) {
	if err := c.Expand(expander(escape)); err != nil {
		return nil, problem(err).Message
	}
	out := []map[string]any{}
	for _, m := range instructions.GetMounts(c) {
		out = append(out, map[string]any{
			"type": m.Type, "from": m.From, "source": m.Source, "target": m.Target,
			"readonly": m.ReadOnly, "size": m.SizeLimit, "id": m.CacheID, "sharing": m.CacheSharing,
			"required": m.Required, "env": m.Env, "mode": m.Mode, "uid": m.UID, "gid": m.GID,
		})
	}
	return out, nil
}

// orEmpty is s, but never null in JSON.
func orEmpty(s []string) []string {
	return append([]string{}, s...)
}
