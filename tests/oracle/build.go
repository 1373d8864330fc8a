package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// readBuild runs the conversion twice at most: over all stages, as a check of
// the file does, and, only if that fails, for the last stage, as a plain build
// does. What fails a build also fails the check.
func (r *Record) readBuild(data []byte) {
	r.Warnings = []Warning{}
	r.LLBError = r.settle(data, true, convert(data, true, func(rule, _, _, message string, location []parser.Range) {
		start, end := span(location)
		message = suggestion.ReplaceAllString(message, "")
		r.Warnings = append(r.Warnings, Warning{rule, message, start, end})
	}))
	sortWarnings(r.Warnings)
	if r.LLBError != nil {
		r.BuildError = r.settle(data, false, convert(data, false, nil))
	}
}

// settle drops an error that phase 1 or 2 has already stated, and makes those
// definite that depend on which goroutine or map entry comes first.
func (r *Record) settle(data []byte, allStages bool, p *Problem) *Problem {
	if p == nil {
		return nil
	}
	for _, stated := range []*Problem{r.ParseError, r.InstructionsError} {
		if stated != nil && p.Message == stated.Message {
			return nil
		}
	}
	if strings.HasPrefix(p.Message, badBase) {
		return r.uppermostBadBase(data, p)
	}
	if strings.HasPrefix(p.Message, "circular dependency") || r.hasTriggers() {
		return leastOf(100, p, func() *Problem { return convert(data, allStages, nil) })
	}
	return p
}

func (r *Record) hasTriggers() bool {
	return slices.ContainsFunc(r.Nodes, func(n Node) bool { return n.Keyword == "onbuild" })
}

// leastOf asks again, often enough to see each answer of a random few, and
// keeps the uppermost.
func leastOf(times int, p *Problem, ask func() *Problem) *Problem {
	for range times {
		if q := ask(); q != nil && q.compare(p) < 0 {
			p = q
		}
	}
	return p
}

func (p *Problem) compare(q *Problem) int {
	byLines := slices.CompareFunc(p.Lines, q.Lines, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return cmp.Or(byLines, cmp.Compare(p.Message, q.Message))
}

const badBase = "failed to parse stage name"

// uppermostBadBase is found instead of p, which stands for any of the malformed
// base names of the file: BuildKit resolves them concurrently and the first
// failure wins. Each FROM is asked alone, after the global ARGs.
func (r *Record) uppermostBadBase(data []byte, p *Problem) *Problem {
	lines := bytes.SplitAfter(data, []byte("\n"))
	var globals bytes.Buffer
	fmt.Fprintf(&globals, "# escape=%s\n", *r.Escape)
	stage := 0
	for _, node := range r.Nodes {
		text := bytes.Join(lines[node.Start-1:node.End], nil)
		switch {
		case node.Keyword == "from":
			alone := convert(slices.Concat(globals.Bytes(), text), true, nil)
			if alone != nil && strings.HasPrefix(alone.Message, badBase) && !r.namesStage(alone.Message, stage) {
				alone.Start, alone.End = node.Start, node.End
				alone.Lines = [][2]int{{node.Start, node.End}}
				return alone
			}
			stage++
		case stage == 0:
			globals.Write(text)
		}
	}
	return p // a COPY or mount names the bad base
}

// namesStage says whether the base name complained of is one of the first n
// stages, which need not be named like an image.
func (r *Record) namesStage(message string, n int) bool {
	return slices.ContainsFunc(r.Stages[:n], func(s Stage) bool {
		return s.Name != "" && strings.HasPrefix(message, fmt.Sprintf("%s %q:", badBase, s.Name))
	})
}

// convert turns the file into a build definition and discards it.
func convert(data []byte, allStages bool, warn linter.LintWarnFunc) (p *Problem) {
	defer func() {
		if r := recover(); r != nil {
			p = &Problem{Message: fmt.Sprint("panic: ", r), Lines: [][2]int{}}
		}
	}()
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	caps := pb.Caps.CapSet(pb.Caps.All())
	ctx := context.Background()
	result, err := dockerfile2llb.Dockerfile2LLB(ctx, data, dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildPlatforms: []ocispecs.Platform{platform}},
		TargetPlatform: &platform,
		MetaResolver:   emptyImages{},
		LLBCaps:        &caps,
		Warn:           warn,
		AllStages:      allStages,
	})
	if err == nil {
		_, err = result.State.Marshal(ctx) // a build does this next; it checks each step once more
	}
	if err != nil {
		p = problem(err)
		p.Message = sortRules(p.Message)
	}
	return p
}

// sortRules puts the rule names of a failed "check=error=true" in order; BuildKit
// takes them out of a map.
func sortRules(message string) string {
	const prefix = "lint violation found for rules: "
	rules, ok := strings.CutPrefix(message, prefix)
	if !ok {
		return message
	}
	names := strings.Split(rules, ", ")
	slices.Sort(names)
	return prefix + strings.Join(names, ", ")
}

// emptyImages resolves every image name to an empty linux/amd64 image, without
// any network.
type emptyImages struct{}

func (emptyImages) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers"}}`), nil
}
