// Compiled by Mono's mcs, whose metadata the tests and the fuzzer read:
//   mcs -unsafe -target:library -out:sample.dll sample.cs
//   cut out of sample.dll by testdata/extract.py, which writes sample.metadata
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Sample {
  public class Outer<T> {
    public struct Inner {
      public unsafe static void F<U>(U[] a, ref int b, Dictionary<string, T> c, int[,] d, byte* e) {
      }
    }

    public static IEnumerable<int> Numbers(int count) {
      for (int i = 0; i < count; i++) yield return i;
    }

    public static async Task RunAsync(int x) {
      await Task.Delay(1);
      Func<int, int> f = y => y + x;
      f(x);
    }

    public static async Task RunAsync(string s) {
      await Task.Delay(s.Length);
    }

    public int this[int index] { get { return index; } }
    public event EventHandler Changed;
    ~Outer() { if (Changed != null) Changed(this, null); }
  }
}
