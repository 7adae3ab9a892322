#include "lessons/course/proof.hh"

#include <fmt/core.h>

#include "lessons/course/candidate.hh"
#include "lessons/course/report.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/verdict.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A right program has all the time that a busy machine may take from it; a wrong one that hangs is
// waited for, so it has less.
constexpr std::chrono::seconds kPatient{60};
constexpr std::chrono::seconds kForWrongOnes{5};

const Reporter& plain_reporter() {
    static const Reporter reporter{Style(false), 100000};
    return reporter;
}

std::string said_of(const Lesson& lesson, const CaseResult& result) {
    if (result.passed()) return {};
    return plain_reporter().line(result) + plain_reporter().story(lesson, result);
}

// All the words that a learner would read.
std::string everything_said(const Lesson& lesson, const Verdict& verdict) {
    std::string text = plain_reporter().compile_problems(verdict);
    for (const CaseResult& result : verdict.cases) text += said_of(lesson, result);
    return text;
}

class Prover {
  public:
    Prover(const Lesson& lesson, const Workspace& workspace, const Toolchain& toolchain,
           const std::function<void(const ProofStep&)>& on_step)
        : lesson_(lesson), workspace_(workspace), toolchain_(toolchain), on_step_(on_step) {}

    void the_library_passes() {
        add("the library passes", must_pass(judge({}, RunUntil::end, kPatient)));
    }

    void starter_fails() {
        std::map<std::string, std::string> texts;
        for (const std::string& source : lesson_.sources)
            texts[source] = workspace_.starter_text(lesson_, source);
        const Verdict verdict = judge(texts, RunUntil::first_failure, kForWrongOnes);
        std::string reason;
        if (!verdict.compiled)
            reason = "it does not compile:\n" + everything_said(lesson_, verdict);
        else if (!verdict.problems.empty())
            reason = "the compiler warns:\n" + everything_said(lesson_, verdict);
        else if (verdict.first_failure() == nullptr)
            reason = "it passes";
        else if (verdict.first_failure()->outcome != Outcome::failed)
            reason = "it does not fail, it " + outcome_name(verdict.first_failure()->outcome) +
                     ":\n" + everything_said(lesson_, verdict);
        else if (verdict.cases.size() > 1)
            reason = "the first case passes already";
        add("the starter compiles without a warning and fails at the first case", reason);
    }

    void rejected(const Candidate& mutant) {
        const auto is_named = [&](const CaseResult& result) {
            return said_of(lesson_, result).find(mutant.says) != std::string::npos;
        };
        const Verdict verdict =
            judge({{mutant.source, text_of(mutant)}}, RunUntil::end, kForWrongOnes, is_named);
        std::string reason;
        if (!verdict.compiled)
            reason = "it does not compile:\n" + everything_said(lesson_, verdict);
        else if (verdict.first_failure() == nullptr)
            reason = "it passes";
        else if (everything_said(lesson_, verdict).find(mutant.says) == std::string::npos)
            reason = fmt::format("nothing says '{}':\n{}", mutant.says,
                                 everything_said(lesson_, verdict));
        add(fmt::format("mutant {} is rejected, and it says '{}'", mutant.name, mutant.says),
            reason);
    }

    void passes(const Candidate& right) {
        add(fmt::format("{} is odd and right", right.name),
            must_pass(judge({{right.source, text_of(right)}}, RunUntil::end, kPatient)));
    }

    std::vector<ProofStep> steps() { return std::move(steps_); }

  private:
    std::string text_of(const Candidate& candidate) const {
        return workspace_.text_with(lesson_, candidate.source, candidate.body);
    }

    // Sources that are not in `texts` are the library's.
    Verdict judge(
        const std::map<std::string, std::string>& texts, RunUntil until, std::chrono::seconds limit,
        const std::function<bool(const CaseResult&)>& is_enough = [](const CaseResult&) {
            return false;
        }) {
        const fs::path folder = scratch_.path() / "sources";
        fs::create_directories(folder);
        std::map<std::string, fs::path> files;
        for (const std::string& source : lesson_.sources) {
            files[source] = folder / fs::path(source).filename();
            const auto own = texts.find(source);
            const std::string text =
                own == texts.end() ? workspace_.source_text(source) : own->second;
            // One that is the same as before is not compiled again.
            if (!fs::exists(files[source]) || read_file(files[source]) != text)
                write_file(files[source], text);
        }
        Judge judge{toolchain_};
        judge.until = until;
        judge.limit = limit;
        judge.is_enough = is_enough;
        return judge.judge(lesson_, files);
    }

    std::string must_pass(const Verdict& verdict) const {
        if (verdict.passed() && verdict.problems.empty()) return {};
        return everything_said(lesson_, verdict);
    }

    void add(std::string what, std::string reason) {
        steps_.push_back({std::move(what), reason.empty(), std::move(reason)});
        on_step_(steps_.back());
    }

    const Lesson& lesson_;
    const Workspace& workspace_;
    const Toolchain& toolchain_;
    const std::function<void(const ProofStep&)>& on_step_;
    const ScratchFolder scratch_;
    std::vector<ProofStep> steps_;
};

}  // namespace

std::vector<ProofStep> prove(const Lesson& lesson, const Workspace& workspace,
                             const Toolchain& toolchain,
                             const std::function<void(const ProofStep&)>& on_step) {
    Prover prover(lesson, workspace, toolchain, on_step);
    prover.the_library_passes();
    prover.starter_fails();
    for (const Candidate& mutant : load_candidates(lesson, workspace, "mutants"))
        prover.rejected(mutant);
    for (const Candidate& right : load_candidates(lesson, workspace, "right")) prover.passes(right);
    return prover.steps();
}

}  // namespace waymark::course
