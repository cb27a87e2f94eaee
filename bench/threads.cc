// SPDX-License-Identifier: Apache-2.0
// A program to crash: eighteen threads inside the standard library, one of them (or a deep
// recursion) at fault.
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace {

std::mutex mutex;
std::condition_variable all_waiting;
std::condition_variable never;
int waiting = 0;

[[gnu::noinline]] void wait_forever(int depth) {
  if (depth > 0) {
    wait_forever(depth - 1);
    asm volatile("");
    return;
  }
  std::unique_lock lock(mutex);
  ++waiting;
  all_waiting.notify_one();
  never.wait(lock);
}

[[gnu::noinline]] int fault(const std::string& key, int depth) {
  if (depth > 0) return fault(key, depth - 1) + 1;
  std::vector<std::string> words = {"b", "a", key};
  std::sort(words.begin(), words.end(), [](const std::string& x, const std::string& y) {
    if (x == "c" || y == "c") *static_cast<volatile int*>(nullptr) = 1;
    return x < y;
  });
  return static_cast<int>(words.size());
}

}  // namespace

int main() {
#ifdef DEEP
  return fault("c", 300);
#else
  std::vector<std::thread> threads;
  for (int i = 0; i < 17; ++i) threads.emplace_back(wait_forever, i);
  {
    std::unique_lock lock(mutex);
    all_waiting.wait(lock, [] { return waiting == 17; });
  }
  return fault("c", 3);
#endif
}
