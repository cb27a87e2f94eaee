using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Text = System.Text.StringBuilder;

namespace Demo {
  class Program {
    const string Name = "x";
    static int Divide(int a, int b) {
      const int limit = 3;
      if (a > limit) {
        int inner = a * 2;
        return inner / b;
      }
      return a / b;
    }
    static IEnumerable<int> Numbers(int count) {
      for (int i = 0; i < count; ++i) {
        yield return Divide(10 + i,
                            count - i - 1);
      }
    }
    static async Task<int> RunAsync() {
      await Task.Yield();
      int sum = 0;
      foreach (int number in Numbers(3)) sum += number;
      return sum;
    }
    static void Main() {
      var text = new Text();
      Func<int> run = () => RunAsync().Result;
      Console.WriteLine(text.Append(run()));
    }
  }
}
