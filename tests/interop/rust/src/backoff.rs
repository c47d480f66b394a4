//! Waiting without a doorbell: look again at once, then yield, then nap.

use std::time::Duration;

#[derive(Default)]
pub struct Backoff(u32);

impl Backoff {
    pub fn wait(&mut self) {
        self.0 += 1;
        match self.0 {
            ..=100 => std::hint::spin_loop(),
            ..=300 => std::thread::yield_now(),
            _ => std::thread::sleep(Duration::from_micros(50)),
        }
    }
}
