// SPDX-License-Identifier: Apache-2.0
// What compilers call the methods they make out of others, and back to what the source calls them:
//
//   type                        method          source
//   N.C+<RunAsync>d__3          MoveNext        N.C  RunAsync             state machine, C#
//   N.C+<Run>c__async1          MoveNext        N.C  Run                  state machine, mcs
//   N.C+VB$StateMachine_3_Run   MoveNext        N.C  Run                  state machine, VB
//   N.C+<>c                     <Main>b__0_1    N.C  Main, lambda 0_1
//   N.C+<>c__DisplayClass2_0    <Main>b__1      N.C  Main, lambda 1
//   N.C+<Main>c__AnonStorey2    <>m__0          N.C  Main, lambda 0       mcs
//   N.C                         <M>g__F|0_0     N.C  M, local function F
//   N.C+<<Main>b__0>d           MoveNext        N.C  Main, lambda 0
//
// (Roslyn, GeneratedNameKind and GeneratedNames; mcs, anonymous.cs; VB, GeneratedNames.vb.) Texts
// alone: no metadata is needed.
#pragma once

#include <string>
#include <string_view>

namespace sigla::clr {

struct SourceMethod {
  enum class Kind { kPlain, kStateMachine, kLambda, kLocalFunction };
  Kind kind = Kind::kPlain;
  bool is_async = false;  // the code of a state machine, whatever else it is
  std::string type;       // without the classes that the compiler made
  std::string method;     // of the source
  std::string inner;      // number of the lambda, name of the local function

  // "Main", "Main.AnonymousMethod__0_1" (as Visual Studio has it), "M.F".
  std::string qualified_method() const;
  bool is_generated() const { return kind != Kind::kPlain; }
};

// `type` is as metadata and stack traces have it: nested types behind '+', '/' or, in traces of
// .NET, '.'.
SourceMethod source_method(std::string_view type, std::string_view method);

// The name in the angle brackets of a generated one: "RunAsync" of "<RunAsync>d__3", "<Main>b__0"
// of "<<Main>b__0>d"; empty for any other.
std::string_view generated_from(std::string_view name);

}  // namespace sigla::clr
