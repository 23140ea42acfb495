//! A sample of Rust.
use std::collections::HashMap;
use crate::model::{self, Item as Thing, Error};
use super::*;

pub const LIMIT: usize = 10;
static mut COUNT: u32 = 0;
type Table = HashMap<String, Thing>;

/// Keeps items.
#[derive(Debug, Clone)]
pub struct Store<T> {
    pub items: Vec<T>,
    limit: usize,
}

pub struct Unit(u32);

pub enum Level {
    Low,
    High { code: u8 },
}

pub trait Visit: Send {
    type Output;
    /// Visits one.
    fn visit(&self, item: &Thing) -> Self::Output;
    fn twice(&self) { self.once(); }
}

impl<T: Visit> Store<T> {
    pub fn new(limit: usize) -> Self {
        Store { items: Vec::new(), limit }
    }

    fn grow(&mut self) {
        self.limit += LIMIT;
        self.items.push(model::make::<T>(self.limit));
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{}", LIMIT)
    }
}

macro_rules! square {
    ($x:expr) => { $x * $x };
}

pub(crate) mod tools {
    pub union Bits { word: u32 }
    pub async fn run() -> Result<(), super::Error> { super::start().await }
}
