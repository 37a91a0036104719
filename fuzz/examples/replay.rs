//! Runs a target over the files in some folders: `replay TARGET FOLDER…`. For compilers without a
//! fuzzer, and to measure what a corpus covers.

use std::{env, fs};

use tower_bearer_fuzz::targets::ALL;

fn main() {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().expect("usage: replay TARGET FOLDER…");
    let target = ALL.iter().find(|target| target.name == name);
    let target = target.unwrap_or_else(|| panic!("no target is called {name}"));
    let mut inputs = 0;
    for folder in arguments {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            (target.run)(&fs::read(path).expect("a file"));
            inputs += 1;
        }
    }
    println!("{name}: {inputs} inputs");
}
