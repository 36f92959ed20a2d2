//! Names of labels are checked while a program is compiled.
use optiinfra_gen::dsl::*;

labels! {
    ERROR_TYPE = "error-type";
    FIRST = "1st";
}

fn main() {
    let _ = sum(up()).by([ERROR_TYPE, FIRST, label!("job name")]);
}
