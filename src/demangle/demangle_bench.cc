// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "demangle/demangle.h"

namespace sigla {
namespace {

void BM_Itanium(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        demangle("_ZNSt6vectorINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESaIS5_EE17_M_"
                 "realloc_insertIJRKS5_EEEvN9__gnu_cxx17__normal_iteratorIPS5_S7_EEDpOT_"));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Itanium);

void BM_Msvc(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(demangle("?LoadV8Snapshot@V8Initializer@gin@@SAXXZ"));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Msvc);

}  // namespace
}  // namespace sigla
