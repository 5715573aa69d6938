// One pair of documents for each set of plugins.
#include "transport/tenant_documents.hpp"

#include "transport/api_documents.hpp"

namespace parley::transport {

std::shared_ptr<const tenant_documents::texts> tenant_documents::of(std::string_view tenant_name) {
    constexpr std::size_t most_kept = 64;  // of some hundred KiB; a server has few sets, but nobody promised that
    auto on = of_.plugins_on(tenant_name);
    const std::lock_guard lock(guard_);
    if (const auto found = made_.find(on); found != made_.end()) return found->second;
    if (made_.size() >= most_kept) made_.clear();
    auto texts = std::make_shared<struct texts>();
    texts->openapi = openapi_document(of_, on);
    texts->asyncapi = asyncapi_document(of_, on);
    return made_.emplace(std::move(on), std::move(texts)).first->second;
}

}  // namespace parley::transport
