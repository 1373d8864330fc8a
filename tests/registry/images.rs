//! Images made on the spot, from nothing, without a network.

use std::cell::Cell;
use std::path::Path;

use tempfile::TempDir;

use crate::run::run;

/// A store of images of its own.
pub struct Images {
    folder: TempDir,
    made: Cell<usize>,
}

/// A list of images in a store.
pub struct List<'a> {
    images: &'a Images,
    name: String,
}

impl Images {
    pub fn new() -> Images {
        Images { folder: tempfile::tempdir().expect("a folder"), made: Cell::new(0) }
    }

    /// The folder of the store, for other files of a test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An image for Linux on that architecture with so many layers, as an OCI layout.
    pub fn image(&self, architecture: &str, variant: &str, layers: usize) -> String {
        let image = self.build(architecture, variant, layers);
        let layout = format!("oci:{}", self.folder().join(&image).display());
        self.buildah(&["push", "--quiet", &image, &layout]);
        layout
    }

    /// A list of such images.
    pub fn list(&self, images: &[(&str, &str, usize)]) -> List<'_> {
        let name = format!("list-{}", self.next());
        self.buildah(&["manifest", "create", &name]);
        for (architecture, variant, layers) in images {
            let image = self.build(architecture, variant, *layers);
            let mut arguments = vec!["manifest", "add", "--arch", architecture];
            if !variant.is_empty() {
                arguments.extend(["--variant", variant]);
            }
            arguments.extend([&*name, &*image]);
            self.buildah(&arguments);
        }
        List { images: self, name }
    }

    /// Builds an image in the store. Each has files of its own. Its name.
    fn build(&self, architecture: &str, variant: &str, layers: usize) -> String {
        let number = self.next();
        let name = format!("image-{number}");
        let context = self.folder().join(format!("context-{number}"));
        std::fs::create_dir(&context).expect("a folder");
        let mut dockerfile = "FROM scratch\n".to_owned();
        for layer in 0..layers {
            let text = format!("{}, layer {layer}\n", context.display()).repeat(200 * (layer + 1));
            std::fs::write(context.join(format!("file-{layer}")), text).expect("written");
            dockerfile.push_str(&format!("COPY file-{layer} /\n"));
        }
        std::fs::write(context.join("Dockerfile"), dockerfile).expect("written");
        let context = context.to_str().expect("text");
        let mut arguments = vec!["bud", "--quiet", "--layers", "--isolation", "chroot"];
        arguments.extend(["--arch", architecture]);
        if !variant.is_empty() {
            arguments.extend(["--variant", variant]);
        }
        arguments.extend(["--tag", &*name, context]);
        self.buildah(&arguments);
        name
    }

    fn next(&self) -> usize {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }

    fn buildah(&self, arguments: &[&str]) {
        let folder = |name: &str| self.folder().join(name).display().to_string();
        let (root, runroot) = (folder("root"), folder("runroot"));
        let mut all = vec!["--root", &*root, "--runroot", &*runroot, "--storage-driver", "vfs"];
        all.extend(arguments);
        run("buildah", &all);
    }
}

impl List<'_> {
    /// Puts the list and its images into a registry, in the format `oci` or `v2s2`.
    pub fn push(&self, name: &str, format: &str) {
        let target = format!("docker://{name}");
        let mut arguments = vec!["manifest", "push", "--quiet", "--all", "--tls-verify=false"];
        arguments.extend(["--format", format, &*self.name, &*target]);
        self.images.buildah(&arguments);
    }
}
