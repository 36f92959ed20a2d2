//! The target `template`.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| optiinfra_gen_fuzz::template::check(data));

#[cfg(not(fuzzing))]
fn main() {
    optiinfra_gen_fuzz::replay(optiinfra_gen_fuzz::template::check);
}
