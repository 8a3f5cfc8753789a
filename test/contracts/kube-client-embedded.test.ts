import { startEmbeddedApi } from '../helpers/embedded-api.ts';
import { kubeClientContract } from './kube-client.ts';

kubeClientContract('embedded', startEmbeddedApi);
