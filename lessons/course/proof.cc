#include "lessons/course/proof.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "lessons/course/candidate.hh"
#include "lessons/course/case_run.hh"
#include "lessons/course/report.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/shared_work.hh"
#include "lessons/course/verdict.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// A right program has all the time that a busy machine may take from it; a wrong one that hangs is
// waited for, so it has less.
constexpr std::chrono::seconds kPatient{60};
constexpr std::chrono::seconds kForWrongOnes{5};
constexpr std::chrono::seconds kSecondTime{30};
// On two processors; the third goes on while the others wait for a hang to stand still.
constexpr std::size_t kJudges = 3;

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

// The files and the program of one prover: each judge has one.
class Prover {
  public:
    Prover(const Lesson& lesson, const Workspace& workspace, const Toolchain& toolchain,
           const fs::path& scratch, const std::vector<std::string>& names)
        : lesson_(lesson),
          workspace_(workspace),
          scratch_(scratch),
          toolchain_(toolchain.beside(scratch)),
          names_(names) {}

    ProofStep the_library_passes() {
        return step("the library passes",
                    must_pass(judge({}, {RunUntil::end, kPatient, names_, nobody})));
    }

    ProofStep starter_fails() {
        std::map<std::string, std::string> texts;
        for (const std::string& source : lesson_.sources)
            texts[source] = workspace_.starter_text(lesson_, source);
        const Verdict verdict =
            judge(texts, {RunUntil::first_failure, kForWrongOnes, names_, nobody});
        std::string reason;
        if (!verdict.compiled)
            reason = "it does not compile:\n" + everything_said(lesson_, verdict);
        else if (!verdict.problems.empty())
            reason = "the compiler warns:\n" + everything_said(lesson_, verdict);
        else if (verdict.first_failure() == nullptr)
            reason = "it passes";
        else if (verdict.first_failure()->outcome != CaseOutcome::failed)
            reason = "it does not fail, it " + outcome_name(verdict.first_failure()->outcome) +
                     ":\n" + everything_said(lesson_, verdict);
        else if (verdict.cases.size() > 1)
            reason = "the first case passes already";
        return step("the starter compiles without a warning and fails at the first case", reason);
    }

    ProofStep rejected(const Candidate& mutant) {
        const auto is_named = [&](const CaseResult& result) {
            return said_of(lesson_, result).find(mutant.says) != std::string::npos;
        };
        How how{RunUntil::end, kForWrongOnes, likely_first(mutant.in_case), is_named};
        const std::map<std::string, std::string> texts{{mutant.source, text_of(mutant)}};
        Verdict verdict = judge(texts, how);
        // On a busy machine a case may be cut before it has come to its words.
        how.limit = kSecondTime;
        if (verdict.count(CaseOutcome::hung) > 0 && std::ranges::none_of(verdict.cases, is_named))
            verdict = judge(texts, how);
        std::string reason;
        if (!mutant.in_case.empty() && std::ranges::find(names_, mutant.in_case) == names_.end())
            reason = fmt::format("its head names a case that there is not: '{}'\n", mutant.in_case);
        else if (!verdict.compiled)
            reason = "it does not compile:\n" + everything_said(lesson_, verdict);
        else if (verdict.first_failure() == nullptr)
            reason = "it passes";
        else if (everything_said(lesson_, verdict).find(mutant.says) == std::string::npos)
            reason = fmt::format("nothing says '{}':\n{}", mutant.says,
                                 everything_said(lesson_, verdict));
        // Told, so that an author can write it into the head.
        const std::string where =
            verdict.cases.empty() ? "" : fmt::format(" (case: {})", verdict.cases.back().name);
        return step(fmt::format("mutant {} is rejected, and it says '{}'{}", mutant.name,
                                mutant.says, reason.empty() ? where : ""),
                    reason);
    }

    ProofStep passes(const Candidate& right) {
        return step(fmt::format("{} is odd and right", right.name),
                    must_pass(judge({{right.source, text_of(right)}},
                                    {RunUntil::end, kPatient, names_, nobody})));
    }

  private:
    struct How {
        RunUntil until;
        std::chrono::seconds limit;
        std::vector<std::string> names;  // of the cases, in the order in which they are run
        std::function<bool(const CaseResult&)> is_enough;
    };

    static bool nobody(const CaseResult&) { return false; }

    // All cases, and first the one that a mutant's head names.
    std::vector<std::string> likely_first(const std::string& likely) const {
        std::vector<std::string> names = names_;
        std::ranges::stable_partition(names,
                                      [&](const std::string& name) { return name == likely; });
        return names;
    }

    std::string text_of(const Candidate& candidate) const {
        std::string text;
        std::istringstream headers(candidate.include);
        for (std::string header; headers >> header;) text += fmt::format("#include <{}>\n", header);
        return text + "#line 1\n" + workspace_.text_with(lesson_, candidate.source, candidate.body);
    }

    // Sources that are not in `texts` are the library's.
    Verdict judge(const std::map<std::string, std::string>& texts, const How& how) const {
        const fs::path folder = scratch_ / "sources";
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
        judge.until = how.until;
        judge.limit = how.limit;
        judge.names = how.names;
        judge.is_enough = how.is_enough;
        return judge.judge(lesson_, files);
    }

    std::string must_pass(const Verdict& verdict) const {
        if (verdict.passed() && verdict.problems.empty()) return {};
        return everything_said(lesson_, verdict);
    }

    static ProofStep step(std::string what, std::string reason) {
        return {std::move(what), reason.empty(), std::move(reason)};
    }

    const Lesson& lesson_;
    const Workspace& workspace_;
    const fs::path scratch_;
    const Toolchain toolchain_;
    const std::vector<std::string>& names_;
};

// A step as a judge hands it on: what it is about, one line, and the reason, if it does not hold.
std::string as_text(const ProofStep& step) {
    return step.what + "\n" + step.reason;
}

ProofStep from_text(const std::string& text) {
    const std::size_t end = text.find('\n');
    const std::string reason = text.substr(end + 1);
    return {text.substr(0, end), reason.empty(), reason};
}

}  // namespace

std::vector<ProofStep> prove(const Lesson& lesson, const Workspace& workspace,
                             const Toolchain& toolchain,
                             const std::function<void(const ProofStep&)>& on_step) {
    using Task = std::function<ProofStep(Prover&)>;
    std::vector<Task> tasks{&Prover::the_library_passes, &Prover::starter_fails};
    // Those of one source behind each other: at each change from one to another both are compiled.
    std::vector<Candidate> mutants = load_candidates(lesson, workspace, "mutants");
    std::ranges::stable_sort(mutants, {}, &Candidate::source);
    for (const Candidate& mutant : mutants)
        tasks.push_back([mutant](Prover& prover) { return prover.rejected(mutant); });
    for (const Candidate& right : load_candidates(lesson, workspace, "right"))
        tasks.push_back([right](Prover& prover) { return prover.passes(right); });

    toolchain.prepare(lesson);
    const std::vector<std::string> names = list_cases(toolchain.check_without_learner(lesson));
    const ScratchFolder scratch;
    std::vector<ProofStep> steps;
    share_out(
        tasks.size(), kJudges,
        [&](std::size_t task) {
            // A judge comes back to its own folder: what it has compiled there counts.
            Prover prover(lesson, workspace, toolchain, scratch.path() / std::to_string(::getpid()),
                          names);
            return as_text(tasks[task](prover));
        },
        [&](const std::string& text) {
            steps.push_back(from_text(text));
            on_step(steps.back());
            return GoOn::yes;
        });
    return steps;
}

}  // namespace waymark::course
