// The audit log.
#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::vector<audit_entry> rows::audit(const kernel::audit_query& wanted) {
    using q = odb::query<audit_entry_row>;
    q asked(q::tenant == tenant_.value);
    if (wanted.before) asked = asked && q::id < wanted.before.value;
    if (!wanted.action.empty()) asked = asked && q::action == wanted.action;
    if (wanted.actor) asked = asked && q::actor == wanted.actor.value;
    return load_all<audit_entry_row>(db_, asked + "ORDER BY" + q::id + "DESC" + most(wanted.limit));
}

}  // namespace parley::storage
