package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// check compares one field of the record of text with the JSON wanted.
func check(t *testing.T, text, field, want string) {
	t.Helper()
	var record map[string]json.RawMessage
	if err := json.Unmarshal(encode(examine([]byte(text))), &record); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(want)); err != nil {
		t.Fatalf("the test wants what is not JSON: %v", err)
	}
	if got := string(record[field]); got != compact.String() {
		t.Errorf("%q\n field %s\n  got %s\n want %s", text, field, got, compact.String())
	}
}

func TestDirectives(t *testing.T) {
	text := "# syntax=a/b:1 c\n# escape=`\n# check=skip=X;error=true z\nFROM a\n"
	check(t, text, "syntax", `"a/b:1"`)
	check(t, text, "escape", "\"`\"")
	check(t, text, "check", `"skip=X;error=true"`)
	check(t, "FROM a\n", "syntax", `null`)
	check(t, "# escape=x\nFROM a\n", "escape", `null`)
	check(t, "FROM a\n# escape=`\n", "escape", `"\\"`)
}

func TestParseError(t *testing.T) {
	check(t, "FROM a\nCMD [1,\\\n2]\n", "parse_error",
		`{"message":"when using JSON array syntax, arrays must be comprised of strings only","start":2,"end":3,"lines":[[2,3]]}`)
	check(t, "FROM a\nCMD [1]\n", "nodes", `[]`)
	check(t, "FROM a\nCMD [1]\n", "llb_error", `null`)
	check(t, "FROM a\nRUN <<E\nx\n", "parse_error",
		`{"message":"unterminated heredoc","start":2,"end":3,"lines":[[2,3]]}`)
}

func TestNodes(t *testing.T) {
	check(t, "# c\nrun --a='x y' b \\\n  c\n", "nodes", `[
		{"keyword":"run","flags":["--a=x y"],"args":["b   c"],"json":false,"sub":null,
		 "start":2,"end":3,"heredocs":[],"comments":["c"]}]`)
	check(t, "COPY 3<<-'E' /\n\tx\n\tE\n", "nodes", `[
		{"keyword":"copy","flags":[],"args":["3<<-'E'","/"],"json":false,"sub":null,
		 "start":1,"end":3,"heredocs":[{"name":"E","content":"\tx\n","expand":false,"chomp":true,"fd":3}],"comments":[]}]`)
	check(t, "ONBUILD CMD [\"a\"]\n", "nodes", `[
		{"keyword":"onbuild","flags":[],"args":[],"json":false,
		 "sub":{"keyword":"cmd","flags":[],"args":["a"],"json":true,"sub":null},
		 "start":1,"end":1,"heredocs":[],"comments":[]}]`)
	check(t, "FOO bar\n", "nodes", `[
		{"keyword":"foo","flags":[],"args":[""],"json":false,"sub":null,"start":1,"end":1,"heredocs":[],"comments":[]}]`)
}

func TestInstructionsError(t *testing.T) {
	text := "FROM a\nENV x=$FOO\nRUNN x\n"
	check(t, text, "instructions_error",
		`{"message":"dockerfile parse error on line 3: unknown instruction: RUNN","start":3,"end":3,"lines":[[3,3]]}`)
	check(t, text, "instructions", `[]`)
	check(t, text, "stages", `[]`)
	check(t, text, "llb_error", `null`)
	// the sound instructions are still expanded
	check(t, text, "expanded", `[
		{"node":0,"words":[{"role":"base","word":"a","result":"a","error":null,"unmatched":[],"split":["a"]}]},
		{"node":1,"words":[
			{"role":"key","word":"x","result":"x","error":null,"unmatched":[],"split":["x"]},
			{"role":"value","word":"$FOO","result":"foo","error":null,"unmatched":[],"split":["foo"]}]}]`)
}

func TestStages(t *testing.T) {
	text := "# V the v\nARG V=1 W\nFROM --platform=$P a AS B\nRUN x\nCmd y\nFROM b\n"
	check(t, text, "stages", `[
		{"name":"b","base":"a","platform":"$P","start":3,"end":3,"commands":["run","cmd"]},
		{"name":"","base":"b","platform":"","start":6,"end":6,"commands":[]}]`)
	check(t, text, "meta_args", `[{"key":"V","value":"1","doc":"the v"},{"key":"W","value":null,"doc":""}]`)
}

func TestInstructions(t *testing.T) {
	cases := map[string]string{
		"ADD --checksum=c --unpack=false <<E a /d\n$FOO\nE": `{"checksum":"c","chmod":"","chown":"","dest":"/d","exclude":[],
			"keep_git_dir":null,"kind":"add","link":false,"source_contents":[{"data":"$FOO\n","expand":true,"path":"E"}],
			"sources":["a"],"unpack":false}`,
		"COPY --from=x --chown=1:2 --parents a /d": `{"chmod":"","chown":"1:2","dest":"/d","exclude":[],"from":"x","kind":"copy",
			"link":false,"parents":true,"source_contents":[],"sources":["a"]}`,
		"RUN --network=none a b": `{"cmd":["a b"],"devices":[],"files":[],"flags_used":["network"],"kind":"run",
			"mounts":[],"mounts_error":null,"network":"none","security":"sandbox","shell":true}`,
		"RUN --mount=type=cache,target=/$FOO,mode=755 x": `{"cmd":["x"],"devices":[],"files":[],"flags_used":["mount"],"kind":"run",
			"mounts":[{"env":null,"from":"","gid":null,"id":"","mode":493,"readonly":false,"required":false,"sharing":"","size":0,
			"source":"","target":"/foo","type":"cache","uid":null}],
			"mounts_error":null,"network":"default","security":"sandbox","shell":true}`,
		"RUN --mount=type=cash x": `{"cmd":["x"],"devices":[],"files":[],"flags_used":["mount"],"kind":"run",
			"mounts":null,"mounts_error":"unsupported mount type \"cash\"","network":"default","security":"sandbox","shell":true}`,
		"CMD [\"a\"]":           `{"cmd":["a"],"files":[],"kind":"cmd","shell":false}`,
		"ENTRYPOINT a":          `{"cmd":["a"],"files":[],"kind":"entrypoint","shell":true}`,
		"ENV a b=c":             `{"kind":"env","pairs":[{"key":"a","no_delim":true,"value":"b=c"}]}`,
		"LABEL \"a b\"=c":       `{"kind":"label","pairs":[{"key":"\"a b\"","no_delim":false,"value":"c"}]}`,
		"ARG a b=":              `{"args":[{"key":"a","value":null,"doc":""},{"key":"b","value":"","doc":""}],"kind":"arg"}`,
		"EXPOSE 90 80/udp":      `{"kind":"expose","ports":["80/udp","90"]}`,
		"USER a b":              `{"kind":"user","user":"a b"}`,
		"WORKDIR /a":            `{"kind":"workdir","path":"/a"}`,
		"VOLUME /a /b":          `{"kind":"volume","volumes":["/a","/b"]}`,
		"STOPSIGNAL 9":          `{"kind":"stopsignal","signal":"9"}`,
		"SHELL [\"a\",\"b\"]":   `{"kind":"shell","shell":["a","b"]}`,
		"MAINTAINER me":         `{"kind":"maintainer","maintainer":"me"}`,
		"ONBUILD RUN <<E\nx\nE": `{"expression":"RUN <<E\nx\nE","kind":"onbuild"}`,
		"HEALTHCHECK NONE":      `{"interval":0,"kind":"healthcheck","retries":0,"start_interval":0,"start_period":0,"test":["NONE"],"timeout":0}`,
		"HEALTHCHECK --interval=1s --retries=2 CMD a": `{"interval":1000000000,"kind":"healthcheck","retries":2,
			"start_interval":0,"start_period":0,"test":["CMD-SHELL","a"],"timeout":0}`,
	}
	for text, want := range cases {
		want = strings.ReplaceAll(want, "<<E\nx\nE", `<<E\nx\nE`)
		from := `{"base":"s","doc":"","kind":"from","name":"","platform":""}`
		check(t, "FROM s\n"+text+"\n", "instructions", "["+from+","+want+"]")
	}
}

func TestExpanded(t *testing.T) {
	expanded := func(line, words string) {
		t.Helper()
		check(t, line+"\n", "expanded", `[{"node":0,"words":[`+words+`]}]`)
	}
	expanded(`WORKDIR /$FOO`,
		`{"role":"path","word":"/$FOO","result":"/foo","error":null,"unmatched":[],"split":["/foo"]}`)
	// BuildKit's splitter loses what stands before a modifier
	expanded(`WORKDIR /$FOO/${BAR##*/}`,
		`{"role":"path","word":"/$FOO/${BAR##*/}","result":"/foo/baz.tar.gz","error":null,"unmatched":[],"split":["baz.tar.gz"]}`)
	expanded(`USER $Z${Y:-a b}`,
		`{"role":"user","word":"$Z${Y:-a b}","result":"a b","error":null,"unmatched":["Y","Z"],"split":["a","b"]}`)
	expanded(`USER "a`,
		`{"role":"user","word":"\"a","result":null,"error":"failed to process \"\\\"a\": unexpected end of statement while looking for matching double-quote","unmatched":[],"split":[]}`)
	expanded("COPY --chown=$FOO <<E a b\n'\\n$FOO'\nE",
		`{"role":"chown","word":"$FOO","result":"foo","error":null,"unmatched":[],"split":["foo"]},
		 {"role":"source","word":"a","result":"a","error":null,"unmatched":[],"split":["a"]},
		 {"role":"dest","word":"b","result":"b","error":null,"unmatched":[],"split":["b"]},
		 {"role":"content","word":"'\\n$FOO'\n","result":"'nfoo'\n","error":null,"unmatched":[],"split":null}`)
	check(t, "RUN $FOO\nCMD $FOO\n", "expanded", `[]`)
}

func TestBuild(t *testing.T) {
	clean := "FROM a AS b\nFROM b\nCOPY --from=b /x /y\n"
	check(t, clean, "llb_error", `null`)
	check(t, clean, "build_error", `null`)

	cycle := "FROM a AS b\nCOPY --from=c / /\nFROM a AS c\nCOPY --from=b / /\n"
	check(t, cycle, "llb_error",
		`{"message":"circular dependency detected on stage: b","start":2,"end":4,"lines":[[2,2],[4,4]]}`)

	two := "FROM a AS b\nCOPY --from=c / /\nCOPY --from=d / /\nFROM a AS c\nCOPY --from=b / /\nFROM a AS d\nCOPY --from=b / /\n"
	for range 20 {
		check(t, two, "llb_error",
			`{"message":"circular dependency detected on stage: b","start":2,"end":5,"lines":[[2,2],[5,5]]}`)
	}
	triggers := "FROM a AS b\nONBUILD FOO\nFROM b AS c\nFROM b AS d\nFROM b\nCOPY --from=c / /\nCOPY --from=d / /\n"
	for range 20 {
		check(t, triggers, "build_error", `{"message":"unknown instruction: FOO","start":3,"end":3,"lines":[[3,3]]}`)
	}

	// an error in a stage the last one does not need fails the check, not the build
	aside := "FROM a AS b\nWORKDIR \"/x\nFROM a\n"
	check(t, aside, "llb_error",
		`{"message":"failed to process \"\\\"/x\": unexpected end of statement while looking for matching double-quote","start":2,"end":2,"lines":[[2,2]]}`)
	check(t, aside, "build_error", `null`)

	check(t, "", "llb_error", `{"message":"the Dockerfile cannot be empty","start":0,"end":0,"lines":[]}`)
	check(t, "ARG a\n", "llb_error", `{"message":"dockerfile contains no stages to build","start":0,"end":0,"lines":[]}`)
	check(t, "# escape=`\nARG V=BASE\nFROM a AS b..\nFROM b..\nFROM `\n$V\nFROM ALSO\n", "llb_error",
		`{"message":"failed to parse stage name \"BASE\": invalid reference format: repository name (library/BASE) must be lowercase","start":5,"end":6,"lines":[[5,6]]}`)
	check(t, "FROM a\nCOPY --from=BASE / /\n", "llb_error",
		`{"message":"failed to parse stage name \"BASE\": invalid reference format: repository name (library/BASE) must be lowercase","start":2,"end":2,"lines":[[2,2]]}`)
	check(t, "FROM a\nRUN --mount=type=bind,target=/x,rw y\n", "llb_error", `null`)
	check(t, "FROM a\nRUN []\n", "llb_error", `{"message":"arguments are required","start":0,"end":0,"lines":[]}`)
	// a bad check directive is met before the text is parsed
	check(t, "# check=x=y\nFROM a\nCMD [1]\n", "llb_error",
		`{"message":"failed to parse check options: invalid check option \"x\"","start":0,"end":0,"lines":[]}`)
}

func TestWarnings(t *testing.T) {
	text := "FROM a AS B\nrun x\nENV Z=$NOPE\n"
	check(t, text, "warnings", `[
		{"rule":"StageNameCasing","message":"Stage name 'B' should be lowercase","start":1,"end":1},
		{"rule":"ConsistentInstructionCasing","message":"Command 'run' should match the case of the command majority (uppercase)","start":2,"end":2},
		{"rule":"UndefinedVar","message":"Usage of undefined variable '$NOPE'","start":3,"end":3}]`)
	check(t, "# check=skip=all\n"+text, "warnings", `[]`)
	check(t, "# check=error=true;skip=StageNameCasing\n"+text, "llb_error",
		`{"message":"lint violation found for rules: ConsistentInstructionCasing, UndefinedVar","start":0,"end":0,"lines":[]}`)
	check(t, "FROM a\n# check=skip=all\nWORKDIR x\n", "warnings", `[]`)
}

// The output keeps the order of the input, answers for what cannot be read,
// and is the same every time.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b, a := write("b/z", "FROM a\n"), write("a", "FROM $X\nFROM \xff\n")
	missing := filepath.Join(dir, "missing")

	output := func(args []string, in string) []string {
		t.Helper()
		var out bytes.Buffer
		if err := run("", args, strings.NewReader(in), &out); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	}
	files := func(lines []string) (names []string) {
		t.Helper()
		for _, line := range lines {
			var r struct {
				File      string `json:"file"`
				ReadError string `json:"read_error"`
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if (r.ReadError != "") != (r.File == missing) {
				t.Errorf("read_error %q for %s", r.ReadError, r.File)
			}
			names = append(names, r.File)
		}
		return names
	}
	same := func(got, want []string) {
		t.Helper()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got %q, want %q", got, want)
		}
	}

	byLine := output(nil, b+"\n"+missing+"\n\n"+a+"\n")
	same(files(byLine), []string{b, missing, a})
	walked := output([]string{missing, dir}, "")
	same(files(walked), []string{missing, a, b})
	for range 20 {
		same(output([]string{missing, dir}, ""), walked)
	}
}

// Nothing a file holds may end the process.
func TestSurvives(t *testing.T) {
	nested := func(n int) string { return "FROM a\nUSER " + strings.Repeat("\"${a:-\\\n", n) }
	for text, want := range map[string]string{
		nested(deepest):     `"llb_error":{"message":"failed to process `,
		nested(deepest + 1): `"panic":"stack overflow"`,
		"RUN \xff\x00\n":    `"message":"no build stage in current context"`,
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := string(encode(inspect(path))); !strings.Contains(got, want) {
			t.Errorf("a file of %d bytes: want %s", len(text), want)
		}
	}
}

func TestBench(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("FROM a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(path, []string{"3"}, nil, &out); err != nil {
		t.Fatal(err)
	}
	var r struct {
		Bytes, Runs int
		Best        int64 `json:"best_ns"`
		Mean        int64 `json:"mean_ns"`
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Bytes != 7 || r.Runs != 3 || r.Best <= 0 || r.Mean < r.Best {
		t.Errorf("implausible: %s", out.String())
	}
	if err := run(path, nil, nil, &out); err == nil {
		t.Error("a missing number of runs was accepted")
	}
}

func TestContext(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{"a/x.md": "1", "a/y.md": "22", "b.txt": "333"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ asked, answer string }{
		{`"ignore":"a\n!a/y.md","sources":["."]`,
			`{"error":"","sent":{"a/y.md":2,"b.txt":3,"link":0},"copied":{"a/y.md":2,"b.txt":3,"link":0}}`},
		{`"ignore":"a/y.md","sources":["link","*.txt"]`,
			`{"error":"","sent":{"a/x.md":1,"b.txt":3,"link":0},"copied":{"b.txt":3,"x.md":1}}`},
		{`"ignore":"link","sources":["**/*.md"],"exclude":["**/x.md"],"parents":true`,
			`{"error":"","sent":{"a/x.md":1,"a/y.md":2,"b.txt":3},"copied":{"a/y.md":2}}`},
	} {
		var out strings.Builder
		question := `{"root":"` + root + `",` + test.asked + `}`
		if err := answerContexts(strings.NewReader(question), &out); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(out.String()); got != test.answer {
			t.Errorf("%s:\n%s\nwanted\n%s", test.asked, got, test.answer)
		}
	}
}
