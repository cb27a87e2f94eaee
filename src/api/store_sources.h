// SPDX-License-Identifier: Apache-2.0
// The sources of a project's modules: source bundles and debug files that hold sources.
#pragma once

#include <utility>
#include <vector>

#include "api/services.h"
#include "symbolicate/source_context.h"

namespace sigla::api {

class StoreSources final : public SourcePlace {
 public:
  StoreSources(const Services& services, const Project& project)
      : services_(services), project_(project) {}
  std::vector<SourceContainer> containers(const ModuleQuery& module) override;

 private:
  const Services& services_;
  const Project project_;
};

}  // namespace sigla::api
