// SPDX-License-Identifier: Apache-2.0
// Traits, generics, closures, iterators and panics.
use std::collections::HashMap;
use std::fmt::Display;

trait Shape {
    fn area(&self) -> f64;
}

struct Circle {
    radius: f64,
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        3.14159 * square(self.radius)
    }
}

fn square(x: f64) -> f64 {
    x * x
}

fn total<T: Shape>(list: &[T]) -> f64 {
    list.iter().map(|shape| shape.area()).filter(|area| *area < 1000.0).sum()
}

#[inline(never)]
fn show<K: Display + Ord, V: Display>(map: &HashMap<K, V>) -> String {
    let mut keys: Vec<_> = map.iter().collect();
    keys.sort_by(|a, b| a.0.cmp(b.0));
    keys.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",")
}

fn main() {
    let count = std::env::args().count();
    let list: Vec<Circle> = (0..count + 3).map(|i| Circle { radius: i as f64 }).collect();
    let mut map = HashMap::new();
    map.insert("total", total(&list));
    map.insert("first", list.first().map_or(0.0, |c| c.area()));
    println!("{}", show(&map));
    if count > 100 {
        panic!("too many arguments: {}", count);
    }
}
