// SPDX-License-Identifier: Apache-2.0
#include "include/embedded.h"

// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
// What makes the text long enough to be worth compressing: nothing is said here, again and again.
int work(int value) {
  return twice(value) + 1;
}
