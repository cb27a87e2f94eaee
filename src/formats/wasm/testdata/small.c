// SPDX-License-Identifier: Apache-2.0
// Two functions, one of them local.
__attribute__((noinline)) static int hidden(int x) { return x * 7 + 1; }
int answer(int x) { return hidden(x) + hidden(x + 1); }
