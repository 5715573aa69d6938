// The shape ConversationEntry of the API documents.
#include "transport/conversation_entry.hpp"

#include "kernel/present.hpp"

namespace parley::transport {

boost::json::object present(const kernel::listed_conversation& one) {
    boost::json::object entry{{"conversation", kernel::present(one.row, one.kind)}, {"membership", nullptr}};
    if (one.as) entry["membership"] = kernel::present(one.as->as, one.as->counts);
    return entry;
}

kernel::listed_conversation entry_of(kernel::reading& from, conversation in, const kernel::conversation_kind* kind,
                                     const std::optional<member>& as) {
    kernel::listed_conversation entry{.row = std::move(in), .kind = kind, .as = {}};
    if (as) entry.as = kernel::read_state{*as, kernel::unread_of(from, entry.row, *as)};
    return entry;
}

}  // namespace parley::transport
