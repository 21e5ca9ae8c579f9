/**
 * Keys of a service that change neither what is started nor what it can reach: resources, names, networks, logs, order and
 * restarts. Of `gpus` and `logging` the checks judge what is in them; further keys that they judge are in the lists below.
 */
export const QUIET_KEYS: readonly string[] = [
  'attach blkio_config container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares',
  'cpus cpuset depends_on domainname expose gpus hostname image init labels logging mac_address mem_limit',
  'mem_reservation mem_swappiness memswap_limit networks oom_kill_disable oom_score_adj pids_limit platform ports',
  'pull_policy read_only restart shm_size stdin_open stop_grace_period stop_signal storage_opt tty ulimits',
].flatMap((names) => names.split(' '));

/** Keys of the launcher's service that a check of their own judges, with or without a finding. */
export const JUDGED_KEYS: readonly string[] = [
  'cap_drop command configs deploy env_file environment healthcheck profiles scale secrets security_opt tmpfs volumes',
].flatMap((names) => names.split(' '));

/** Further keys that any other service may have: what it runs is its own business once a policy admits it. */
export const OTHER_KEYS: readonly string[] = [
  'annotations build dns dns_opt dns_search entrypoint external_links extra_hosts group_add label_file links',
  'post_start pre_stop sysctls user working_dir',
].flatMap((names) => names.split(' '));

/** Keys through which another service gets at the machine or at its neighbours; each judged by its value. */
export const SHARING_KEYS: readonly string[] = [
  'cap_add cgroup cgroup_parent devices device_cgroup_rules extends ipc network_mode pid privileged provider runtime',
  'use_api_socket userns_mode uts volumes_from',
].flatMap((names) => names.split(' '));

/** The one value of `security_opt` that takes rights, in each form that docker has for it. */
export const NO_NEW_PRIVILEGES = /^no-new-privileges(?:[:=]true)?$/;

/** Keys at the top of a file that compose knows. */
export const TOP_KEYS: readonly string[] = ['name', 'version', 'services', 'networks', 'volumes', 'configs', 'secrets'];

/** Compose ignores keys that begin with `x-`, wherever they stand. */
export const isExtension = (key: string): boolean => key.startsWith('x-');
