//! The packaged crates carry everything, and build from their files alone in an empty folder.
#![allow(missing_docs, reason = "tests")]

use std::path::Path;
use std::process::Command;

fn run(command: &mut Command) -> String {
    let output = command.output().expect("a program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

const PROGRAM: &str = r#"
fn main() -> Result<(), qadataswap::Error> {
    let writer = qadataswap::create_writer("packaged", 8)?;
    writer.finish()?;
    println!("core {}", qadataswap::version());
    Ok(())
}
"#;

#[test]
#[ignore = "compiles everything again: the suite rust-package runs it"]
fn the_packages_build_in_an_empty_folder() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let folder = tempfile::tempdir().expect("a folder");
    let built = folder.path().join("target");
    let packages = ["-p", "qadataswap-sys", "-p", "qadataswap"];
    let package = ["package", "--no-verify", "--allow-dirty", "--quiet", "--target-dir"];
    run(Command::new(env!("CARGO")).current_dir(root).args(package).arg(&built).args(packages));

    let version = env!("CARGO_PKG_VERSION");
    let app = folder.path().join("app");
    std::fs::create_dir_all(app.join("src")).expect("a folder");
    for name in ["qadataswap-sys", "qadataswap"] {
        let file = built.join(format!("package/{name}-{version}.crate"));
        run(Command::new("tar").arg("-xzf").arg(file).arg("-C").arg(&app));
    }
    assert!(app.join(format!("qadataswap-sys-{version}/native/src/ffi/qads_writer.cpp")).is_file());
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nqadataswap = \"{version}\"\n\n[patch.crates-io]\n\
         qadataswap = {{ path = \"qadataswap-{version}\" }}\nqadataswap-sys = {{ path = \"qadataswap-sys-{version}\" }}\n"
    );
    std::fs::write(app.join("Cargo.toml"), manifest).expect("a file");
    std::fs::write(app.join("src/main.rs"), PROGRAM).expect("a file");
    std::fs::copy(root.join("Cargo.lock"), app.join("Cargo.lock")).expect("the versions that were fetched");
    // Arrow's crates have been built already, where this test is: only the packages' own files are compiled again.
    let test = std::env::current_exe().expect("this program");
    let target = test.ancestors().nth(3).expect("the folder of all results");
    let program = ["run", "--quiet", "--target-dir"];
    let printed = run(Command::new(env!("CARGO")).current_dir(&app).args(program).arg(target));
    assert!(printed.contains(&format!("core {version}")), "{printed}");
}
