// Records that wait for one thing, first come first served: a list whose links the records hold.

/** What can stand in a list: a link of it. */
export interface Queued<Self> {
  nextInList: Self | null;
  /** What its request costs, in the units of rates that count costs. */
  readonly cost: number;
}

export class JobList<Job extends Queued<Job>> {
  size = 0;
  first: Job | null = null;
  #last: Job | null = null;

  push(job: Job): void {
    job.nextInList = null;
    if (this.#last === null) this.first = job;
    else this.#last.nextInList = job;
    this.#last = job;
    this.size++;
  }

  /** Before all others. */
  pushFirst(job: Job): void {
    job.nextInList = this.first;
    this.first = job;
    this.#last ??= job;
    this.size++;
  }

  shift(): Job | null {
    const job = this.first;
    if (job === null) return null;
    this.first = job.nextInList;
    if (this.first === null) this.#last = null;
    job.nextInList = null;
    this.size--;
    return job;
  }
}
