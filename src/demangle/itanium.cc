// SPDX-License-Identifier: Apache-2.0
#include "demangle/itanium.h"

#include <llvm/Demangle/ItaniumDemangle.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <type_traits>
#include <utility>

#include "base/text.h"
#include "demangle/demangle.h"
#include "demangle/rust_legacy.h"

namespace sigla {
namespace {

namespace ast = llvm::itanium_demangle;

constexpr int kParseDepthMax = 1'000;
constexpr std::uint32_t kTreeDepthMax = 2'000;
// Of the estimate, which is far above what real names print; that long a text takes 50 ms.
constexpr std::uint64_t kEstimateMax = 64 << 20;
constexpr std::uint32_t kForwardReferencesMax = 16;
// More than any node says beside its parts: "std::basic_string<char, std::char_traits<char>, ...".
constexpr std::uint64_t kNodeTextMax = 96;

std::uint64_t capped(std::uint64_t size) { return std::min(size, 4 * kEstimateMax); }

// How much a node prints at most, how deep it is, and into how many a pack in it expands.
struct Extent {
  std::uint64_t size = kNodeTextMax;
  std::uint32_t depth = 0;
  std::uint32_t pack_size = 1;

  void add(const Extent& part) {
    size = capped(size + part.size);
    depth = std::max(depth, part.depth + 1);
    pack_size = std::max(pack_size, part.pack_size);
  }
};

// Where the parser's nodes live, each behind its extent.
class NodeMemory {
 public:
  NodeMemory() = default;
  NodeMemory(const NodeMemory&) = delete;
  NodeMemory& operator=(const NodeMemory&) = delete;

  template <typename T, typename... Args>
  T* makeNode(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<Extent> && alignof(T) <= alignof(Extent));
    Extent extent;
    (include(extent, args), ...);
    if constexpr (std::is_same_v<T, ast::ParameterPackExpansion>) {
      extent.size = capped(extent.size * extent.pack_size);
    }
    if constexpr (std::is_same_v<T, ast::ForwardTemplateReference>) ++forward_reference_count_;
    size_max_ = std::max(size_max_, extent.size);
    void* const memory = memory_.allocate(sizeof(Extent) + sizeof(T), alignof(Extent));
    auto* const header = new (memory) Extent(extent);
    return new (header + 1) T(std::forward<Args>(args)...);
  }

  void* allocateNodeArray(std::size_t count) {
    return memory_.allocate(count * sizeof(ast::Node*), alignof(ast::Node*));
  }

  // Whether it is safe to print the tree.
  bool is_bounded(const ast::Node* root) const {
    if (forward_reference_count_ > kForwardReferencesMax) return false;
    Extent extent = extent_of(root);
    // What a forward reference stands for was not known when its node was made.
    if (forward_reference_count_ > 0)
      extent.size = capped(extent.size * (size_max_ / kNodeTextMax));
    return extent.size <= kEstimateMax && extent.depth <= kTreeDepthMax;
  }

 private:
  static const Extent& extent_of(const ast::Node* node) {
    return *(static_cast<const Extent*>(static_cast<const void*>(node)) - 1);
  }

  template <typename Arg>
  static void include(Extent& extent, const Arg& arg) {
    if constexpr (std::is_convertible_v<Arg, const ast::Node*>) {
      if (arg != nullptr) extent.add(extent_of(arg));
    } else if constexpr (std::is_same_v<Arg, ast::NodeArray>) {
      for (const ast::Node* const node : arg) {
        if (node != nullptr) extent.add(extent_of(node));
      }
      extent.pack_size = std::max(extent.pack_size, static_cast<std::uint32_t>(arg.size()));
    } else if constexpr (std::is_convertible_v<Arg, std::string_view>) {
      extent.size = capped(extent.size + std::string_view(arg).size());
    }
  }

  alignas(Extent) std::array<std::byte, 8'192> first_;
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
  std::uint64_t size_max_ = 0;
  std::uint32_t forward_reference_count_ = 0;
};

// LLVM's parser, with a limit on how deep the productions that can nest do so.
class Parser : public ast::AbstractManglingParser<Parser, NodeMemory> {
  using Base = ast::AbstractManglingParser<Parser, NodeMemory>;

 public:
  // GCC writes the scope of a name that depends on a template as it writes any type
  // ("srSt11is_integralIT_E5value"), which the ABI does not allow and which means something else
  // there at times.
  Parser(std::string_view mangled, bool is_of_gcc)
      : Base(mangled.data(), mangled.data() + mangled.size()), is_of_gcc_(is_of_gcc) {}

  const NodeMemory& memory() const { return ASTAllocator; }

  ast::Node* parseType() {
    return nested([&] { return Base::parseType(); });
  }
  ast::Node* parseExpr() {
    return nested([&] { return Base::parseExpr(); });
  }
  ast::Node* parseBracedExpr() {
    return nested([&] { return Base::parseBracedExpr(); });
  }
  ast::Node* parseEncoding(bool with_parameters = true) {
    return nested([&] { return Base::parseEncoding(with_parameters); });
  }
  ast::Node* parseUnresolvedName(bool is_global) {
    const bool is_type = std::isdigit(static_cast<unsigned char>(look(2))) != 0 || look(2) == 'N' ||
                         (look(2) == 'S' && look(3) == 't');
    if (!is_of_gcc_ || !is_type || !consumeIf("sr")) return Base::parseUnresolvedName(is_global);
    ast::Node* const scope = parseType();
    ast::Node* const name = scope == nullptr ? nullptr : parseBaseUnresolvedName();
    return name == nullptr ? nullptr : make<ast::QualifiedName>(scope, name);
  }
  ast::Node* parseQualifiedType() {
    return nested([&] { return Base::parseQualifiedType(); });
  }

 private:
  template <typename Parse>
  ast::Node* nested(Parse parse) {
    if (depth_ >= kParseDepthMax) return nullptr;
    ++depth_;
    ast::Node* const node = parse();
    --depth_;
    return node;
  }

  bool is_of_gcc_;
  int depth_ = 0;
};

class Text {
 public:
  Text() = default;
  ~Text() { std::free(buffer_.getBuffer()); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  ast::OutputBuffer& buffer() { return buffer_; }
  std::string_view view() const { return buffer_; }

 private:
  ast::OutputBuffer buffer_;
};

// Some tools append "$" and 32 digits to tell apart what had the same name.
std::string_view without_digest(std::string_view name) {
  constexpr std::size_t kSize = 33;
  if (name.size() <= kSize || name[name.size() - kSize] != '$') return name;
  const std::string_view digits = name.substr(name.size() - kSize + 1);
  if (!parse_hex_bytes(digits).has_value()) return name;
  return name.substr(0, name.size() - kSize);
}

// A function without its return type, which LLVM would print in front.
void print_function(const ast::FunctionEncoding& function, ast::OutputBuffer& out) {
  function.getName()->print(out);
  out.printOpen();
  function.getParams().printWithComma(out);
  out.printClose();
  const ast::Qualifiers qualifiers = function.getCVQuals();
  if ((qualifiers & ast::QualConst) != 0) out += " const";
  if ((qualifiers & ast::QualVolatile) != 0) out += " volatile";
  if (function.getRefQual() == ast::FrefQualLValue) out += " &";
  if (function.getRefQual() == ast::FrefQualRValue) out += " &&";
}

// The name of a function, and anything else as it is.
std::string name_only(const ast::Node& node) {
  Text text;
  if (node.getKind() == ast::Node::KFunctionEncoding) {
    static_cast<const ast::FunctionEncoding&>(node).getName()->print(text.buffer());
  } else {
    node.print(text.buffer());
  }
  return std::string(text.view());
}

std::string print(const ast::Node& node, bool is_perhaps_rust) {
  if (is_perhaps_rust) {
    if (auto rust = decode_rust_legacy(name_only(node))) return *std::move(rust);
  }
  Text text;
  if (node.getKind() == ast::Node::KFunctionEncoding) {
    print_function(static_cast<const ast::FunctionEncoding&>(node), text.buffer());
  } else {
    node.print(text.buffer());
  }
  return std::string(text.view());
}

std::optional<std::string> demangle_as(std::string_view name, bool is_of_gcc) {
  Parser parser(name, is_of_gcc);
  const ast::Node* node = parser.parse();
  if (node == nullptr || !parser.memory().is_bounded(node)) return std::nullopt;
  // What a compiler has put behind the name: "f(int) (.cold)".
  std::string suffix;
  if (node->getKind() == ast::Node::KDotSuffix) {
    static_cast<const ast::DotSuffix*>(node)->match(
        [&](const ast::Node* prefix, std::string_view text) {
          node = prefix;
          suffix = " (" + std::string(text) + ")";
        });
  }
  std::string readable = print(*node, name.find("17h") != std::string_view::npos) + suffix;
  if (readable.size() > kReadableNameSizeMax) return std::nullopt;
  return readable;
}

}  // namespace

bool is_itanium(std::string_view name) {
  return name.starts_with("_Z") || name.starts_with("__Z") || name.starts_with("___Z") ||
         name.starts_with("____Z");
}

std::optional<std::string> demangle_itanium(std::string_view name) {
  if (!is_itanium(name)) return std::nullopt;
  name = without_digest(name);
  auto readable = demangle_as(name, false);
  if (!readable.has_value() && name.find("sr") != std::string_view::npos) {
    readable = demangle_as(name, true);
  }
  return readable;
}

}  // namespace sigla
