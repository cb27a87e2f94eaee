// SPDX-License-Identifier: Apache-2.0
// Puts names in order, for a search by name.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace sigla::symcache {

// The numbers below `count`, ascending by their texts (as bytes); no two texts are equal. The work
// is bounded by the bytes that texts share with others, not by comparisons of whole texts.
std::vector<std::uint32_t> order_by_text(
    std::uint32_t count, const std::function<std::string_view(std::uint32_t)>& text);

}  // namespace sigla::symcache
