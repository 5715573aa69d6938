// How far plugins are, and what they have to do later.
#include "storage/load.hpp"
#include "storage/rows.hpp"

namespace parley::storage {

std::vector<plugin_cursor> rows::plugin_cursors() {
    using q = odb::query<plugin_cursor_row>;
    return load_all<plugin_cursor_row>(db_, q(q::key.tenant == tenant_.value) + "ORDER BY" + q::key.plugin);
}

std::optional<plugin_job> rows::find_plugin_job(plugin_job_id id) {
    using q = odb::query<plugin_job_row>;
    return load_one<plugin_job_row>(db_, q::id == id.value && q::tenant == tenant_.value);
}

std::optional<plugin_job> rows::find_plugin_job(std::string_view plugin, std::string_view job, std::string_view key) {
    using q = odb::query<plugin_job_row>;
    return load_one<plugin_job_row>(db_, q::tenant == tenant_.value && q::plugin == std::string(plugin) &&
                                             q::job == std::string(job) && q::key == std::string(key));
}

}  // namespace parley::storage
