package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The template's files hold what LSP4IJ reads, and nothing else, since it says nothing of a member
 * that it does not know. The tables are of LSP4IJ 0.20.
 */
class TemplateTest {
    private final Template template = Template.ours();

    /** The members that are read of an object. `*` is every element of an array. */
    private static final Map<String, Set<String>> READ = Map.ofEntries(
            Map.entry("template.json", Set.of("id", "name", "url", "dev", "programArgs", "workingDir",
                    "env", "expandConfiguration", "disablePromotionFor", "languageMappings",
                    "fileTypeMappings")),
            Map.entry("template.json/programArgs", Set.of("windows", "mac", "unix", "default")),
            Map.entry("template.json/languageMappings/*", Set.of("language", "languageId")),
            Map.entry("template.json/fileTypeMappings/*", Set.of("fileType", "languageId")),
            Map.entry("template.json/fileTypeMappings/*/fileType", Set.of("name", "patterns")),
            Map.entry("installer.json",
                    Set.of("id", "name", "executeOnStartServer", "properties", "check", "run")),
            Map.entry("installer.json/check", Set.of("exec")),
            Map.entry("installer.json/check/exec",
                    Set.of("id", "name", "command", "timeout", "workingDir", "ignoreStderr")),
            Map.entry("installer.json/run", Set.of("download")),
            Map.entry("installer.json/run/download",
                    Set.of("id", "name", "url", "github", "maven", "output", "onSuccess", "onFail")),
            Map.entry("installer.json/run/download/github",
                    Set.of("owner", "repository", "prerelease", "asset")),
            Map.entry("installer.json/run/download/github/asset", Set.of("windows", "mac", "unix")),
            Map.entry("installer.json/run/download/github/asset/windows", Set.of("x86_64", "arm64")),
            Map.entry("installer.json/run/download/github/asset/mac", Set.of("x86_64", "arm64")),
            Map.entry("installer.json/run/download/github/asset/unix", Set.of("x86_64", "arm64")),
            Map.entry("installer.json/run/download/output", Set.of("dir", "file")),
            Map.entry("installer.json/run/download/output/file", Set.of("name", "executable")),
            Map.entry("installer.json/run/download/output/file/name",
                    Set.of("windows", "mac", "unix", "default")),
            Map.entry("installer.json/run/download/onSuccess", Set.of("configureServer")),
            Map.entry("installer.json/run/download/onSuccess/configureServer",
                    Set.of("id", "name", "command", "onSuccess", "onFail")),
            Map.entry("clientSettings.json", Set.of("caseSensitive", "lineCommentPrefix",
                    "blockCommentPrefix", "blockCommentSuffix", "statementTerminatorCharacters",
                    "uriSupport", "completion", "breadcrumbs", "editor", "format", "references",
                    "workspaceSymbol", "jsonRpc")),
            Map.entry("initializationOptions.json", Set.of()));

    @Test
    void noFileIsLeftUnread() throws Exception {
        try (var files = Files.list(template.folder())) {
            var names = new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
            assertEquals(new TreeSet<>(Set.of("README.md", "clientSettings.json",
                    "initializationOptions.json", "installer.json", "settings.json",
                    "settings.schema.json", "template.json")), names);
        }
    }

    @Test
    void noMemberIsLeftUnread() {
        for (var file : List.of("template.json", "installer.json", "clientSettings.json",
                "initializationOptions.json")) {
            check(file, template.json(file));
        }
    }

    private static void check(String path, JsonElement value) {
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(element -> check(path + "/*", element));
        } else if (value.isJsonObject()) {
            assertTrue(READ.containsKey(path), path + " is not read as an object");
            value.getAsJsonObject().asMap().forEach((name, member) -> {
                assertTrue(READ.get(path).contains(name), path + "/" + name + " is not read");
                check(path + "/" + name, member);
            });
        }
    }

    /** The release's assets, fixed for good, and what lies beside them. */
    private static final List<String> ASSETS = List.of(
            "sha256.sum",
            "stagewright-aarch64-apple-darwin.tar.gz.sha256",
            "stagewright-aarch64-apple-darwin.tar.gz",
            "stagewright-aarch64-pc-windows-msvc.zip.sha256",
            "stagewright-aarch64-pc-windows-msvc.zip",
            "stagewright-aarch64-unknown-linux-gnu.tar.gz.sha256",
            "stagewright-aarch64-unknown-linux-gnu.tar.gz",
            "stagewright-aarch64-unknown-linux-musl.tar.gz.sha256",
            "stagewright-aarch64-unknown-linux-musl.tar.gz",
            "stagewright-x86_64-apple-darwin.tar.gz.sha256",
            "stagewright-x86_64-apple-darwin.tar.gz",
            "stagewright-x86_64-pc-windows-msvc.zip.sha256",
            "stagewright-x86_64-pc-windows-msvc.zip",
            "stagewright-x86_64-unknown-linux-gnu.tar.gz.sha256",
            "stagewright-x86_64-unknown-linux-gnu.tar.gz",
            "stagewright-x86_64-unknown-linux-musl.tar.gz.sha256",
            "stagewright-x86_64-unknown-linux-musl.tar.gz");

    @Test
    void everyMachineHasItsAsset() {
        var expected = new TreeMap<>(Map.of(
                "windows x86_64", "stagewright-x86_64-pc-windows-msvc.zip stagewright.exe",
                "windows arm64", "stagewright-aarch64-pc-windows-msvc.zip stagewright.exe",
                "mac x86_64", "stagewright-x86_64-apple-darwin.tar.gz stagewright",
                "mac arm64", "stagewright-aarch64-apple-darwin.tar.gz stagewright",
                "unix x86_64", "stagewright-x86_64-unknown-linux-musl.tar.gz stagewright",
                "unix arm64", "stagewright-aarch64-unknown-linux-musl.tar.gz stagewright"));
        var github = template.download().getAsJsonObject("github");
        var file = template.download().getAsJsonObject("output").getAsJsonObject("file");
        var found = new TreeMap<String, String>();
        for (var machine : expected.keySet()) {
            var names = machine.split(" ");
            var pattern = Template.choose(github, "asset", names[0], names[1]).orElseThrow();
            var program = Template.choose(file, "name", names[0], names[1]).orElseThrow();
            found.put(machine, asset(pattern) + " " + program);
        }
        assertEquals(expected, found);
    }

    /**
     * The first asset that a pattern fits. With a `*` it must fit as a whole, else it may stand
     * anywhere, which would take the checksum that lies beside an archive.
     */
    private static String asset(String pattern) {
        var whole = Pattern.compile(pattern.replace(".", "\\.").replace("*", ".*"));
        return ASSETS.stream()
                .filter(name -> pattern.contains("*")
                        ? whole.matcher(name).matches()
                        : name.contains(pattern))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsDownloadedIsStarted() {
        var task = template.download().getAsJsonObject("onSuccess").getAsJsonObject("configureServer");
        var command = task.get("command").getAsString()
                .replace("${output.dir}", "/home/a user/.lsp4ij/lsp/stagewright")
                .replace("${output.file.name}", "stagewright");
        var expected = List.of("/home/a user/.lsp4ij/lsp/stagewright/stagewright", "lsp");
        assertEquals(expected, Template.words(command));
    }

    @Test
    void namesDecideWhatIsADockerfile() {
        for (var name : List.of("Dockerfile", "dockerfile", "Dockerfile.dev", "dockerfile.dev",
                "api.Dockerfile", "api.dockerfile", "Containerfile", "containerfile",
                "Containerfile.dev", "containerfile.dev", "api.Containerfile", "api.containerfile")) {
            assertEquals("dockerfile", template.languageId(name), name);
        }
        for (var name : List.of("Dockerfile.go", "Dockerfile.cs", "Dockerfile.js", "Dockerfile.ts",
                "Dockerfile.py", "Dockerfile.md", "dockerfile.go", ".dockerignore",
                "Dockerfile.dockerignore", "Containerfile.dockerignore")) {
            assertEquals("ignore", template.languageId(name), name);
        }
        for (var name : List.of("DOCKERFILE", "Dockerfiles", "compose.yaml", "README.md")) {
            assertEquals("", template.languageId(name), name);
        }
    }

    /** What stands in the Configuration tab changes nothing until it is edited. */
    @Test
    void theSettingsAreTheDefaultsOfTheSchema() {
        var schema = template.json("settings.schema.json").getAsJsonObject("properties");
        var defaults = new JsonObject();
        schema.asMap().forEach((name, property) -> {
            if (property.getAsJsonObject().has("default")) {
                defaults.add(name, property.getAsJsonObject().get("default"));
            }
        });
        assertTrue(defaults.size() >= 8, "the schema has defaults");
        assertEquals(defaults, template.json("settings.json"));
    }
}
