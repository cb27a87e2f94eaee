// SPDX-License-Identifier: Apache-2.0
// Throws out of everything that a compiler of C# takes apart, and prints the traces.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace Demo {
  class Box<T> {
    public class Inner {
      [MethodImpl(MethodImplOptions.NoInlining)]
      public static void Open<U>(U[] items, ref int count, Dictionary<string, T> map) {
        throw new InvalidOperationException("generic");
      }
    }
  }

  static class Program {
    static int Fail(int x) {
      throw new InvalidOperationException("int " + x);
    }

    static int Fail(string s) {
      throw new InvalidOperationException("string " + s);
    }

    static IEnumerable<int> Numbers(int count) {
      for (int i = 0; i < count; i++) {
        yield return Fail(i);
      }
    }

    static async Task RunAsync(int x) {
      await Task.Delay(1);
      Fail(x);
    }

    static void Lambda(int captured) {
      Func<int, int> f = y => Fail(y + captured);
      f(1);
    }

    static void Try(Action action) {
      try {
        action();
      } catch (Exception e) {
        Console.WriteLine(e);
      }
    }

    static void Main() {
      Try(() => Fail("text"));
      Try(() => { foreach (int i in Numbers(3)) Console.WriteLine(i); });
      Try(() => RunAsync(7).GetAwaiter().GetResult());
      Try(() => Lambda(2));
      Try(() => {
        int count = 0;
        Box<int>.Inner.Open(new string[1], ref count, null);
      });
    }
  }
}
