// Other files in the place of those that loaded plugins came from, and turning to them while the server runs.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "plugins/discovery.hpp"
#include "plugins/ports.hpp"

namespace parley::plugins {

/// What becomes of one plugin in whose file there is something else now.
struct turnover {
    std::string plugin;
    std::string before;  ///< versions
    std::string after;
    std::string needs_restart;  ///< why, a sentence; empty: it is replaced
};

/// On the thread that reloads; the list must outlive it. What was begun and not taken ends with it.
class succession {
public:
    /// Reads the files of all that are loaded; runs nothing of theirs. Problems: what a start would refuse.
    [[nodiscard]] static std::expected<succession, problems> look(const plugin_list& loaded, const judged_by& = {});

    /// Runs new migrations and starts the second processes. One that binds something else than the running one needs a
    /// restart. Problems: what could not be started; then those that run are all as they were.
    [[nodiscard]] problems begin(plugin_store*);
    /// New calls go to the new processes. Once.
    void take();

    [[nodiscard]] std::vector<turnover> all() const;

private:
    struct change {
        plugin* of = nullptr;
        std::shared_ptr<const embedded> now;
        file_stamp stamp;
        std::string needs_restart;
        std::unique_ptr<successor> next;
    };
    static void check(change&, const plugin_list&);
    [[nodiscard]] static problems begin(change&, plugin_store*);

    std::vector<change> changes_;
};

}  // namespace parley::plugins
