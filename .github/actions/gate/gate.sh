#!/usr/bin/env bash
# Runs "scim-audit check" in a step: annotations and the step summary for people, SARIF for code scanning, and the
# exit code for the job. Everything comes in as GATE_* variables, so that no input is ever read as a command.
set -uo pipefail

cd "${GITHUB_WORKSPACE:-.}" || exit 2

# Writes an output of the step; a value of several lines could pass for another output.
output() {
  if [[ -n ${GITHUB_OUTPUT:-} ]]; then printf '%s=%s\n' "$1" "${2//[$'\r\n']/}" >>"$GITHUB_OUTPUT"; fi
}

# Ends the step with a reason and no verdict: on the log as an annotation, and in the summary, so that nobody takes it for a pass.
no_verdict() {
  local status=$1 reason=$2 text
  text=${reason//\%/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::error title=scim-audit::%s\n' "$text"
  if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    printf '### scim-audit: no verdict (exit %s)\n\n    %s\n' "$status" "${reason//[$'\r\n']/ }" >>"$GITHUB_STEP_SUMMARY"
  fi
  output ready ''
  output exit-code "$status"
  exit "$status"
}

program=()
if [[ -n ${GATE_COMMAND:-} ]]; then
  read -ra program <<<"$GATE_COMMAND"
else
  version=${GATE_VERSION:-1}
  if [[ ! $version =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]]; then no_verdict 2 "The input version is none: $version"; fi
  program=(npx --yes "scim-audit@$version")
fi
if [[ ${#program[@]} -eq 0 ]]; then no_verdict 2 'The input command is blank.'; fi

arguments=(check)
if [[ -n ${GATE_SOURCE:-} ]]; then
  case $GATE_SOURCE in
    -*) arguments+=("./$GATE_SOURCE") ;;
    *) arguments+=("$GATE_SOURCE") ;;
  esac
fi
flag() {
  if [[ -n $2 ]]; then arguments+=("$1=$2"); fi
}
flag --auth-mode "${GATE_AUTH_MODE:-}"
flag --sync-groups "${GATE_SYNC_GROUPS:-}"
flag --fail-on "${GATE_FAIL_ON:-}"
flag --config "${GATE_CONFIG:-}"
flag --decisions "${GATE_DECISIONS:-}"
flag --baseline "${GATE_BASELINE:-}"
proof=$(mktemp -d) || no_verdict 2 'No temporary folder can be made.'
trap 'rm -rf -- "$proof"' EXIT
messages=$proof/messages
# A report and a certificate, to prove that this run has a verdict of this source. An output among the further arguments is not for them.
arguments+=(--format=json "--output=$proof/report.json")
while IFS= read -r line || [[ -n $line ]]; do
  line=${line%$'\r'}
  case $line in
    '') ;;
    --certificate | --certificate=*) no_verdict 2 'The certificate is named by the input certificate-file, not among the arguments.' ;;
    *) arguments+=("$line") ;;
  esac
done <<<"${GATE_ARGUMENTS:-}"
certificate=${GATE_CERTIFICATE_FILE:-$proof/certificate.json}
mkdir -p -- "$(dirname -- "$certificate")" || no_verdict 2 "The folder of $certificate cannot be made."
arguments+=(--format=github "--certificate=$certificate")
sarif=${GATE_SARIF_FILE:-}
if [[ -n $sarif ]]; then
  mkdir -p -- "$(dirname -- "$sarif")" || no_verdict 2 "The folder of $sarif cannot be made."
  arguments+=(--format=sarif "--output=$sarif")
fi

started=$(date +%s)
"${program[@]}" "${arguments[@]}" 2>"$messages"
status=$?

# Messages may hold values of the export; at the start of a line, or after ##, the runner would take them for commands.
sed -e 's/^\([[:space:]]*\):/\1 :/' -e 's/##\[/## [/g' "$messages" >&2

# The last line of scim-audit says its exit code. Without it another program has ended, and its code means something else.
last=$(tail -n 1 -- "$messages")
said='^scim-audit: exit ([0-9]+): (.*)$'
if [[ ! $last =~ $said || ${BASH_REMATCH[1]} != "$status" ]]; then
  no_verdict 2 "scim-audit did not run: ${program[*]} ended with $status. ${last:-It said nothing.}"
fi
reason=${BASH_REMATCH[2]}
case $status in
  0 | 1) ;;
  *) no_verdict "$status" "$reason" ;;
esac

# Help, a version and settings end with 0 as well. A verdict counts only if the report and the certificate of this run say the same, of these files.
verdict='
const { createHash } = require("node:crypto");
const { existsSync, readFileSync, statSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const [report, certificate] = process.argv.slice(1, 3).map((file) => JSON.parse(readFileSync(file, "utf8")));
const [status, started, source] = process.argv.slice(3);
const isOne = report.tool.name === "scim-audit" && certificate.kind === "scim-audit/certificate";
const isOfThisRun = Date.parse(certificate.time) >= Number(started) * 1000;
const isSame = JSON.stringify(report.snapshot.inputs) === JSON.stringify(certificate.snapshot.inputs) && report.ready === certificate.ready;
const isOfSource = certificate.snapshot.inputs.length > 0 && certificate.snapshot.inputs.every(({ path, table, sha256 }) => {
  const places = [join(source || ".", path), path, join(dirname(source), path)];
  const files = places.flatMap((each) => [each, each.replace(/#[^#]*$/, "")]).filter((each) => existsSync(each) && statSync(each).isFile());
  if (table !== undefined) return files.some((file) => source === "" || basename(source) === basename(file));
  return files.some((file) => createHash("sha256").update(readFileSync(file)).digest("hex") === sha256);
});
if (!isOne || !isOfThisRun || !isSame || !isOfSource || report.ready !== (status === "0")) process.exit(1);
process.stdout.write(report.settings.failOn === "never" ? "not-judged" : String(report.ready));
'
ready=$(node -e "$verdict" "$proof/report.json" "$certificate" "$status" "$started" "${GATE_SOURCE:-}" 2>/dev/null) ||
  no_verdict 2 "There is no verdict: scim-audit ended with $status and wrote no report and certificate of this source that say so. Check the inputs arguments and command. It said: $reason"
# Code scanning ignores suppressions and would show what a person has accepted as open, so it is left out of what is uploaded.
if [[ -n $sarif ]]; then
  node -e '
const { readFileSync, writeFileSync } = require("node:fs");
const [file] = process.argv.slice(1);
const log = JSON.parse(readFileSync(file, "utf8"));
for (const run of log.runs) run.results = run.results.filter(({ suppressions = [] }) => suppressions.length === 0);
writeFileSync(file, `${JSON.stringify(log)}\n`);
' "$sarif" || no_verdict 2 "The report $sarif cannot be read again."
fi
# With --fail-on never nothing was judged, so it is neither ready nor not.
if [[ $ready == not-judged ]]; then ready=''; fi
output ready "$ready"
# With a verdict every output is whole; without one a file of that name would be of an earlier step.
if [[ -n $sarif ]]; then output sarif-file "$sarif"; fi
if [[ -n ${GATE_CERTIFICATE_FILE:-} ]]; then output certificate-file "$GATE_CERTIFICATE_FILE"; fi
output exit-code "$status"
exit "$status"
