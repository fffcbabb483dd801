// The place of the pipe by which a process of a pool sees that its parent lives: behind the standard ones and the channel.

export const watchedFd = 4;
