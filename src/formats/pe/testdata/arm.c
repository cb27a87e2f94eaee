// One function for each way Thumb-2 code keeps its frame on Windows.
__declspec(noinline) int sink(int *p) { return *(volatile int *)p; }
__declspec(dllexport) int leaf(int a) { return a + 1; }
__declspec(dllexport) int locals(int a, int b) {
  int x[40];
  x[0] = a;
  return sink(x) + b;
}
__declspec(dllexport) int dynamic(int n) {
  int *p = __builtin_alloca(n);
  *p = n;
  return sink(p) + n;
}
__declspec(dllexport) double doubles(double a, double b) {
  int z = 0;
  double c = a * b;
  sink(&z);
  sink(&z);
  return c + a + b;
}
__declspec(dllexport) int variadic(const char *f, ...) {
  __builtin_va_list v;
  __builtin_va_start(v, f);
  int x = __builtin_va_arg(v, int);
  return sink(&x);
}
void __chkstk(void) {}
