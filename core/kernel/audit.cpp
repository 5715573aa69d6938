// Entries, who may read them, and how many refusals are written down.
#include "kernel/audit.hpp"

#include "base/text.hpp"

namespace parley::kernel {
namespace {

constexpr std::size_t name_bytes = 96;
constexpr std::chrono::minutes once_in{1};

}  // namespace

void record(const environment& env, writing& w, const caller& by, audit_note what) {
    const bool own = !what.actor;
    w.insert(audit_entry{.id = env.ids.next<audit_id>(),
                         .tenant = w.tenant(),
                         .at = env.time.now(),
                         .actor = own ? by.user : what.actor,
                         .session = own ? by.session : what.session,
                         .action = std::string(what.action),
                         .subject_kind = std::string(what.subject_kind),
                         .subject = what.subject,
                         .address = by.address,
                         .request_id = by.request_id,
                         .details = std::move(what.details)});
}

result<std::vector<audit_entry>> list_audit(const environment& env, reading& from, const caller& by,
                                            const audit_query& wanted) {
    const auto who = access::authorise(env, from, by);
    if (!who) return std::unexpected(who.error());
    if (auto may = who->require(permission::audit_see); !may) return std::unexpected(may.error());
    return from.audit(rows(), wanted);
}

std::string shown_in_audit(std::string_view as_it_came) { return escape_and_cut(as_it_came, name_bytes); }

bool audit_pace::admit(const std::string& key) {
    const std::scoped_lock lock(guard_);
    const auto now = time_.now();
    const auto known = last_.find(key);
    if (known != last_.end()) {
        if (now - known->second < once_in) return false;
        known->second = now;
        return true;
    }
    if (last_.size() >= most_keys_)
        std::erase_if(last_, [now](const auto& one) { return now - one.second >= once_in; });
    if (last_.size() >= most_keys_) return false;
    last_.emplace(key, now);
    return true;
}

}  // namespace parley::kernel
