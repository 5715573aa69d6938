// The audit log.
#include "kernel/audit.hpp"
#include "kernel/present.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace {

result<answer> list(const kernel::environment& env, kernel::reading& from, const kernel::caller& by, const input& in) {
    const auto limit = in.integer("limit", usual_page);
    const auto all = kernel::list_audit(env, from, by,
                                        {.before = in.id<audit_id>("before"),
                                         .action = in.text("action"),
                                         .actor = in.id<user_id>("actor"),
                                         .limit = static_cast<int>(limit)});
    if (!all) return std::unexpected(all.error());
    auto body = listed("entries", *all, [](const audit_entry& one) { return kernel::present(one); });
    body["next"] = next_of(*all, limit, [](const audit_entry& last) { return last.id.text(); });
    return answer{200, std::move(body)};
}

}  // namespace

std::vector<operation> audit_operations() {
    return {
        {.name = "audit.list",
         .method = "GET",
         .path = "/api/v1/audit",
         .group = "audit",
         .sentence = "Sign-ins, refusals, tokens, roles and removals, the newest first. Takes the permission "
                     "audit.see.",
         .fields = {in_query(field_of(field_type::id, "before", "The next of the page before.")), page_limit(),
                    in_query(text_field("action", 64, "Entries of this action only.")),
                    in_query(field_of(field_type::id, "actor", "What this user did only."))},
         .answers = "AuditPage",
         .problems = {403},
         .run = reads(list)},
    };
}

}  // namespace parley::transport
