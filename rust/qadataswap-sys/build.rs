//! Compiles the core's sources, which lie in `native/` (links into the project's own `native/`, files in the package).

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.map(|entry| entry.expect("a readable folder").path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "cpp") {
            found.push(entry);
        }
    }
}

/// Files that include a dozen of the core's each: they compile in a third of the time.
fn unity(files: &[PathBuf]) -> Vec<PathBuf> {
    let crate_folder = env::current_dir().expect("a current folder");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let write = |(number, part): (usize, &[PathBuf])| {
        let mut text = String::new();
        for file in part {
            writeln!(text, "#include \"{}\"", crate_folder.join(file).display()).expect("a string takes everything");
        }
        let path = folder.join(format!("core_{number}.cpp"));
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    };
    files.chunks(13).enumerate().map(write).collect()
}

fn main() {
    println!("cargo:rerun-if-changed=native/src");
    println!("cargo:rerun-if-changed=native/include");

    let mut files = Vec::new();
    sources(Path::new("native/src"), &mut files);
    files.sort();

    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    cc::Build::new()
        .cpp(true)
        .std("c++20")
        .files(unity(&files))
        .include("native/include")
        .include("native/src")
        .define("QADS_BUILDING", None)
        .define("QADS_VERSION_STRING", version.as_str())
        .flag("-pthread")
        // Another copy of the core in the same process, such as libqadataswap_core.so, must not be mixed with this one.
        .flag("-fvisibility=hidden")
        .flag("-fvisibility-inlines-hidden")
        // A debug build of a program is no reason for a slow core.
        .opt_level(2)
        .warnings(false)
        .compile("qadataswap_core");
    println!("cargo:rustc-link-lib=pthread");
}
