package stagewright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The template's files hold what LSP4IJ reads, and nothing else, since it says nothing of a member
 * that it does not know. The tables are of LSP4IJ 0.20.
 */
class TemplateTest {
    private final Template template = Template.ours();

    /** The members that are read of each object. `*` is every element of an array. */
    private static final Map<String, Set<String>> READ =
            """
            template.json: id name url dev programArgs workingDir env expandConfiguration \
                disablePromotionFor languageMappings fileTypeMappings
            template.json/programArgs: windows mac unix default
            template.json/languageMappings/*: language languageId
            template.json/fileTypeMappings/*: fileType languageId
            template.json/fileTypeMappings/*/fileType: name patterns
            installer.json: id name executeOnStartServer properties check run
            installer.json/check: exec
            installer.json/check/exec: id name command timeout workingDir ignoreStderr
            installer.json/run: download
            installer.json/run/download: id name url github maven output onSuccess onFail
            installer.json/run/download/github: owner repository prerelease asset
            installer.json/run/download/github/asset: windows mac unix
            installer.json/run/download/github/asset/windows: x86_64 arm64
            installer.json/run/download/github/asset/mac: x86_64 arm64
            installer.json/run/download/github/asset/unix: x86_64 arm64
            installer.json/run/download/output: dir file
            installer.json/run/download/output/file: name executable
            installer.json/run/download/output/file/name: windows mac unix default
            installer.json/run/download/onSuccess: configureServer
            installer.json/run/download/onSuccess/configureServer: id name command
            clientSettings.json: caseSensitive lineCommentPrefix blockCommentPrefix \
                blockCommentSuffix statementTerminatorCharacters uriSupport completion \
                breadcrumbs editor format references workspaceSymbol jsonRpc
            initializationOptions.json:
            """
                    .lines()
                    .map(line -> line.split(":"))
                    .collect(
                            Collectors.toMap(
                                    row -> row[0],
                                    row -> row.length == 1 ? Set.of() : Set.of(words(row[1]))));

    private static String[] words(String text) {
        return text.strip().split("\\s+");
    }

    @Test
    void noFileIsLeftUnread() throws Exception {
        try (var files = Files.list(template.folder())) {
            var names = new TreeSet<>(files.map(file -> file.getFileName().toString()).toList());
            var read =
                    """
                    README.md clientSettings.json initializationOptions.json installer.json
                    settings.json settings.schema.json template.json
                    """;
            assertEquals(new TreeSet<>(List.of(words(read))), names);
        }
    }

    @Test
    void noMemberIsLeftUnread() {
        for (var file :
                List.of(
                        "template.json",
                        "installer.json",
                        "clientSettings.json",
                        "initializationOptions.json")) {
            check(file, template.json(file));
        }
    }

    private static void check(String path, JsonElement value) {
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(element -> check(path + "/*", element));
        } else if (value.isJsonObject()) {
            assertTrue(READ.containsKey(path), path + " is not read as an object");
            value.getAsJsonObject()
                    .asMap()
                    .forEach(
                            (name, member) -> {
                                assertTrue(
                                        READ.get(path).contains(name),
                                        path + "/" + name + " is not read");
                                check(path + "/" + name, member);
                            });
        }
    }

    /** The release's assets, fixed for good, and what lies beside them. */
    private static final List<String> ASSETS =
            Stream.of(
                            "aarch64-apple-darwin.tar.gz",
                            "aarch64-pc-windows-msvc.zip",
                            "aarch64-unknown-linux-gnu.tar.gz",
                            "aarch64-unknown-linux-musl.tar.gz",
                            "x86_64-apple-darwin.tar.gz",
                            "x86_64-pc-windows-msvc.zip",
                            "x86_64-unknown-linux-gnu.tar.gz",
                            "x86_64-unknown-linux-musl.tar.gz")
                    .map(name -> "stagewright-" + name)
                    .flatMap(name -> Stream.of(name + ".sha256", name))
                    .toList();

    @Test
    void everyMachineHasItsAsset() {
        var expected =
                new TreeMap<>(
                        Map.of(
                                "windows x86_64",
                                        "stagewright-x86_64-pc-windows-msvc.zip stagewright.exe",
                                "windows arm64",
                                        "stagewright-aarch64-pc-windows-msvc.zip stagewright.exe",
                                "mac x86_64", "stagewright-x86_64-apple-darwin.tar.gz stagewright",
                                "mac arm64", "stagewright-aarch64-apple-darwin.tar.gz stagewright",
                                "unix x86_64",
                                        "stagewright-x86_64-unknown-linux-musl.tar.gz stagewright",
                                "unix arm64",
                                        "stagewright-aarch64-unknown-linux-musl.tar.gz"
                                            + " stagewright"));
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
                .filter(
                        name ->
                                pattern.contains("*")
                                        ? whole.matcher(name).matches()
                                        : name.contains(pattern))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatIsDownloadedIsStarted() {
        var task =
                template.download().getAsJsonObject("onSuccess").getAsJsonObject("configureServer");
        var command =
                task.get("command")
                        .getAsString()
                        .replace("${output.dir}", "/home/a user/.lsp4ij/lsp/stagewright")
                        .replace("${output.file.name}", "stagewright");
        var expected = List.of("/home/a user/.lsp4ij/lsp/stagewright/stagewright", "lsp");
        assertEquals(expected, Template.words(command));
    }

    @Test
    void namesDecideWhatIsADockerfile() {
        var rows =
                Map.of(
                        "dockerfile",
                        """
                        Dockerfile Dockerfile.dev api.Dockerfile dockerfile dockerfile.dev
                        api.dockerfile Containerfile Containerfile.dev api.Containerfile
                        containerfile containerfile.dev api.containerfile
                        """,
                        "ignore",
                        """
                        Dockerfile.go Dockerfile.cs Dockerfile.js Dockerfile.ts Dockerfile.py
                        Dockerfile.md dockerfile.go .dockerignore Dockerfile.dockerignore
                        Containerfile.dockerignore
                        """,
                        "",
                        "DOCKERFILE Dockerfiles compose.yaml README.md");
        rows.forEach(
                (id, names) -> {
                    for (var name : words(names)) {
                        assertEquals(id, template.languageId(name), name);
                    }
                });
    }

    /** What stands in the Configuration tab changes nothing until it is edited. */
    @Test
    void theSettingsAreTheDefaultsOfTheSchema() {
        var schema = template.json("settings.schema.json").getAsJsonObject("properties");
        var defaults = new JsonObject();
        schema.asMap()
                .forEach(
                        (name, property) -> {
                            if (property.getAsJsonObject().has("default")) {
                                defaults.add(name, property.getAsJsonObject().get("default"));
                            }
                        });
        assertTrue(defaults.size() >= 8, "the schema has defaults");
        assertEquals(defaults, template.json("settings.json"));
    }
}
