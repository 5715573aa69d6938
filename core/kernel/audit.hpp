// The audit log: written in the transaction of what it tells of, read with audit.see.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/access.hpp"

namespace parley::kernel {

/// What a use case tells of. Details hold identifiers, names and reasons; never a secret, a digest or a message's text.
struct audit_note {
    std::string_view action;
    std::string_view subject_kind{};
    std::int64_t subject = 0;
    boost::json::object details{};
    user_id actor{};     ///< none: the caller's
    token_id session{};  ///< likewise
};
/// Goes last in a use case, when it has written and nothing can be refused any more.
void record(const environment&, writing&, const caller& by, audit_note);

/// The newest first. Takes audit.see.
[[nodiscard]] result<std::vector<audit_entry>> list_audit(const environment&, reading&, const caller&,
                                                          const audit_query&);

/// A text from a stranger as an entry shows it: escaped, and cut.
[[nodiscard]] std::string shown_in_audit(std::string_view as_it_came);

/// Lets refusals through to the audit log that could be made without end: one a minute for each key. In memory and
/// bounded; over its bound nothing new gets through. Safe to call from any thread.
class audit_pace {
public:
    explicit audit_pace(const clock& time, std::size_t most_keys = 10'000) : time_(time), most_keys_(most_keys) {}
    [[nodiscard]] bool admit(const std::string& key);

private:
    const clock& time_;
    std::size_t most_keys_;
    std::mutex guard_;
    std::unordered_map<std::string, moment> last_;
};

}  // namespace parley::kernel
