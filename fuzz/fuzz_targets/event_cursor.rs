#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jbp_fuzz::event_cursor(bytes));
