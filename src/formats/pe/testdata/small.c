static int table[4] = {1, 2, 3, 4};
static __attribute__((noinline)) int scale(int value, int factor) { return value * factor; }
__declspec(dllexport) int lookup(int index) {
  volatile int local[8];
  for (int i = 0; i < 8; ++i) local[i] = scale(table[i & 3], index);
  return local[index & 7];
}
int start(void) { return lookup(3); }
